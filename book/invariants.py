"""What the names of invariants mean, as phrases: those of dropout, of weight decay and of rules."""

from __future__ import annotations

from minigrad.testing.weight_decay import MEANINGS

from .words import Phrase, promises

DROPOUT = {id: Phrase(words) for id, words in promises("en").items()}
WEIGHT_DECAY = {id: Phrase(words) for id, words in MEANINGS.items()}
RULE = {
    "gradcheck": Phrase("the rule agrees with differences"),
    "finite": Phrase("the gradient is finite at every input"),
}
