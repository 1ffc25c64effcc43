"""The word that the network read, and what its filters found in it."""

from typing import Any

from explorer.features.words.choice import Typing
from explorer.features.words.messages import FindNGrams
from explorer.features.words.opening import with_word
from explorer.features.words.view import WordView
from explorer.records.forward import Forward
from explorer.records.ngrams import NGram
from explorer.window.desk import Desk
from explorer.window.saving import add_save
from explorer.window.scene import Scene, Unit
from explorer.window.spec import Waiting, Wish


class WordPane:
    """Opens what is typed; marks in the word what the filter that the person asks about answers most to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._forward: Forward | None = None
        self._ngrams: tuple[NGram, ...] = ()
        self._marked: NGram | None = None
        self._typings = 0
        self.widget = WordView()
        add_save(desk, self.widget.table.rows, "n-grams")
        self.widget.word_entered.connect(self._on_word_entered)
        self.widget.ngram_selected.connect(self._on_ngram_selected)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the n-grams of the word that was read."""
        forward = scene.forward
        if forward is None or not forward.characters:
            return None
        return Wish(FindNGrams(forward.number))

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the word, its n-grams, and the one that the person asks about."""
        if scene.forward is not None or not isinstance(answer, Waiting):
            self._show_word(scene.forward)
        ngrams = answer if isinstance(answer, tuple) else ()
        if ngrams is not self._ngrams and not isinstance(answer, Waiting):
            self._ngrams = ngrams
            self.widget.set_ngrams(ngrams)
        asked = asked_about(scene, self._ngrams)
        if asked is not None and asked is not self._marked:
            self._marked = asked
            self.widget.mark(asked)
        if scene.choice(Typing).times > self._typings:
            self._typings = scene.choice(Typing).times
            self.widget.edit()

    def _show_word(self, forward: Forward | None) -> None:
        if forward is not self._forward:
            self._forward, self._ngrams, self._marked = forward, (), None
            self.widget.set_word(forward.characters if forward is not None else "")

    def _on_word_entered(self, word: str) -> None:
        self._desk.put(with_word(self._desk.scene, word))
        self._desk.settle()

    def _on_ngram_selected(self, ngram: NGram) -> None:
        """Go to the filter. The unit asked about before is another's."""
        self._marked = ngram
        if self._forward is not None:
            self._desk.pick(self._forward.trace, ngram.node, chosen_channel=ngram.filter, place=None)


def asked_about(scene: Scene, ngrams: tuple[NGram, ...]) -> NGram | None:
    """Return the n-gram of the filter whose unit the person asks about; None if there is none."""
    if not isinstance(scene.place, Unit):
        return None
    return next((it for it in ngrams if (it.node, it.filter) == (scene.node, scene.channel)), None)
