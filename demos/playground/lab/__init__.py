"""What the playground's Worker runs: minigrad, watched while it trains. It needs NumPy and minigrad alone.

Where to start reading: `setting`, what can be chosen; `script`, a setting written as a program; `program`, which runs
a program a step at a time; `view`, what is seen of a network; `study`, one program over twelve seeds; `clinic` and
`one_step`, the two other rooms; `bench`, which answers the page's messages.
"""
