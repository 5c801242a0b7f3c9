"""The bench: what the Worker's messages are answered with.

A message is a dict with a "type"; the answer to it are messages, too. Between messages, `work` trains for a while:

    page → Worker   load       lane, setting or source, run?       a program is put into lane "a" or "b"
                    clear      lane                                 the lane is empty again
                    play, pause, step, restart                      both lanes move together
                    study      lanes                                twelve seeds, in the background
                    examine    source, thorough                     the clinic
                    one_step   seed, mask_seed, p                   one training step
    Worker → page   program    lane, source                         what stands in the editor
                    frame      lane, turns, done, …                 what is seen now
                    mistake    lane, line, text, traceback
                    seeds      lanes, paired, done                  of a study
                    verdict, report                                 of the clinic
                    graph                                           of one training step
                    state      playing, busy
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from .one_step import one_step
from .program import Program, undisturbed
from .script import script
from .setting import setting_from
from .study import Study, paired
from .view import View

Message = dict[str, Any]
Post = Callable[[Message], None]

ABREAST = 5  # turns of one lane before it is the other's: to change costs time, since each has its own random numbers
LOSS_EVERY = 5  # turns between two points of the loss curves
DETAILS_EVERY = 0.3  # seconds between two looks at masks, weights and dropout samples, which cost most
LONGEST_LOOK = 0.1  # seconds: a stop must not wait for long
LOOKING = 0.25  # at most this share of the time goes into looking, on a slow machine too


class Lane:
    """One program, what is seen of it, and its losses so far."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source
        self.start()

    def start(self) -> None:
        """Run the program to its first turn."""
        self.program = Program(self.source)
        self.view = View(self.program.names)
        self.kind = ""
        self.losses: list[list[float | None]] = []
        self.next_details = 0.0
        self.told = 0
        self.sent = False
        self.program.advance()

    def advance(self) -> bool:
        """Run to the next turn; return whether there is more."""
        more = self.program.advance()
        if self.program.mistake is None and (not more or self.program.turns % LOSS_EVERY == 1):
            self.note_losses()
        return more

    def note_losses(self) -> None:
        """Add a point to the loss curves."""
        if self.view.ready:
            self.losses.append([self.steps, *self.view.losses()])

    @property
    def steps(self) -> int:
        """How many turns of the loop are finished: at the head of a turn, one less than begun."""
        return self.program.turns if self.program.done else max(self.program.turns - 1, 0)

    def frame(self, standing: bool) -> list[Message]:
        """Return what is new since the last frame."""
        messages: list[Message] = []
        if (mistake := self.program.mistake) is not None:
            messages.append({"type": "mistake", "lane": self.name, **asdict(mistake)})
        frame: Message = {
            "type": "frame",
            "lane": self.name,
            "steps": self.steps,
            "done": self.program.done,
            "output": self.program.output.getvalue()[-20_000:],
            "missing": self.view.missing,
        }
        if self.view.ready and mistake is None:
            try:
                self.look(frame, standing or self.program.done)
            except Exception as error:  # names that mean something else than the picture takes them for
                frame["unseen"] = f"{type(error).__name__}: {error}"
        messages.append(frame)
        return messages

    def look(self, frame: Message, standing: bool) -> None:
        """Add what is seen to a frame; all of it, where the program stands still."""
        if not self.losses:
            self.note_losses()
        if not self.sent:
            data = self.view.data()
            self.kind, self.sent = data["kind"], True
            frame["data"] = data
        frame["losses"], self.told = self.losses[self.told :], len(self.losses)
        frame |= self.view.fit(self.kind)
        begun = time.monotonic()
        if standing or begun > self.next_details:
            frame["masks"] = self.view.masks()
            frame["weights"] = self.view.weights()
            frame |= self.view.samples(self.kind)
            ended = time.monotonic()
            self.next_details = ended + max(DETAILS_EVERY, (ended - begun) / LOOKING)


class Bench:
    """Lanes, a study, and who is to hear of them."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.lanes: dict[str, Lane] = {}
        self.studies: dict[str, Study] = {}
        self.playing = False
        self.looked = 0.0  # seconds that the last look took

    @property
    def busy(self) -> bool:
        """Whether `work` has something to do."""
        return self.playing or any(not study.done for study in self.studies.values())

    def handle(self, message: Message) -> None:
        """Answer a message."""
        getattr(self, f"on_{message['type']}")(**{key: value for key, value in message.items() if key != "type"})
        self.post({"type": "state", "playing": self.playing, "busy": self.busy})

    # ---- messages ----------------------------------------------------------------------------------------------------

    def on_load(self, lane: str, setting: Message | None = None, source: str | None = None) -> None:
        """Put a program into a lane: the reader's own, or a setting's."""
        if source is None:
            source = script(setting_from(setting or {}))
        self.studies = {}
        self.post({"type": "program", "lane": lane, "source": source})
        self.lanes[lane] = Lane(lane, source)
        self.show(lane)

    def on_clear(self, lane: str) -> None:
        """Empty a lane."""
        self.lanes.pop(lane, None)
        self.studies = {}

    def on_play(self) -> None:
        """Go on, or begin anew where all is done."""
        if all(lane.program.done for lane in self.lanes.values()):
            self.on_restart()
        self.playing = True

    def on_pause(self) -> None:
        """Stand still."""
        self.playing = False

    def on_step(self) -> None:
        """Make one turn in every lane."""
        self.playing = False
        for lane in self.lanes.values():
            lane.advance()
            self.show(lane.name)

    def on_restart(self) -> None:
        """Run all programs from their beginning."""
        for lane in self.lanes.values():
            lane.start()
            self.show(lane.name)

    def on_study(self, lanes: list[str]) -> None:
        """Begin to run the lanes' programs over twelve seeds."""
        self.studies = {name: Study(self.lanes[name].source) for name in lanes}

    def on_examine(self, source: str, thorough: bool = False) -> None:
        """Examine a dropout."""
        from .clinic import examine  # here, so that whoever only trains need not wait for the kit

        with undisturbed():
            report = examine(source, thorough, lambda result: self.post({"type": "verdict", "result": result}))
        self.post({"type": "report", **report})

    def on_one_step(self, seed: int, mask_seed: int, p: float) -> None:
        """Take one training step apart."""
        with undisturbed():
            graph = one_step(seed, mask_seed, p)
        self.post({"type": "graph", **graph})

    # ---- work --------------------------------------------------------------------------------------------------------

    def work(self, seconds: float) -> None:
        """Train for a while, both lanes abreast; while they stand still, the study."""
        if self.playing:
            self.train(time.monotonic() + max(seconds, self.looked * (1 / LOOKING - 1)))
        else:
            self.go_on_with_study(time.monotonic() + seconds)

    def train(self, until: float) -> None:
        """Advance the lanes, and look at them."""
        running = list(self.lanes.values())
        while running and time.monotonic() < until:
            running = [lane for lane in running if all(lane.advance() for _ in range(ABREAST))]
        begun = time.monotonic()
        for name in self.lanes:
            self.show(name, standing=not running)
        self.looked = min(time.monotonic() - begun, LONGEST_LOOK)
        if not running:
            self.playing = False
            self.post({"type": "state", "playing": False, "busy": self.busy})

    def go_on_with_study(self, until: float) -> None:
        """Advance the studies, seed by seed in turns, and tell of every finished seed."""
        finished = sum(len(study.losses) for study in self.studies.values())
        while time.monotonic() < until:
            waiting = [study for study in self.studies.values() if not study.done]
            if not waiting:
                break
            min(waiting, key=lambda study: len(study.losses)).advance()
        done = not any(not study.done for study in self.studies.values())
        if done or sum(len(study.losses) for study in self.studies.values()) > finished:
            self.show_study(done)

    def show(self, lane: str, standing: bool = True) -> None:
        """Post what is new in a lane."""
        for message in self.lanes[lane].frame(standing):
            self.post(message)

    def show_study(self, done: bool) -> None:
        """Post what the study has found so far."""
        lanes = {name: study.summary() for name, study in self.studies.items()}
        message: Message = {"type": "seeds", "lanes": lanes, "done": done}
        if len(self.studies) == 2:
            message["paired"] = paired(*self.studies.values())
        self.post(message)
