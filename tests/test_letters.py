"""A letter means one thing in the whole book: the table at the top of the glossary says what."""

import re

from conftest import ROOT, each_notebook, read_notebook

HEAD = (ROOT / "chapters" / "glossary.md").read_text(encoding="utf-8").partition("```{glossary}")[0]
GREEK = {
    *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "kappa"),
    *("lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "varphi", "chi", "psi"),
    *("omega", "Gamma", "Delta", "Theta", "Lambda", "Sigma", "Phi", "Psi", "Omega", "ell"),
}
CODE = re.compile(r"```python.*?```", re.DOTALL)
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)
WORDS = re.compile(r"\\(text|textrm|mathrm|mathit|operatorname|begin|end|label|tag)\*?\{[^}]*\}")


def letters_in(text):
    """The letters in the formulas of a text, "x" or "chi"; names of functions are none."""
    found = set()
    for formula in FORMULA.findall(CODE.sub("", text)):
        formula = WORDS.sub(" ", "".join(formula))
        found |= GREEK & set(re.findall(r"\\([A-Za-z]+)", formula))
        found |= set(re.findall(r"[A-Za-z]", re.sub(r"\\[A-Za-z]+", " ", formula)))
    return found


def owned():
    """Each letter of the table with the pages it belongs to; none if it belongs to all."""
    pages_of = {}
    for line in HEAD.splitlines():
        if line.startswith("| $"):
            letters, _, pages = line.strip("|").split("|")
            for letter in letters_in(letters):
                assert letter not in pages_of, f"{letter} stands there twice"
                pages_of[letter] = set(re.findall(r"\{doc\}`(\w+)`", pages))
    return pages_of


def test_letters_are_found():
    text = r"$a_i = \sigma(z)$ and $$\mathrm{ReLU}(x) \tfrac1n \text{ or } \max(y, 0)$$ for 3 USD"
    assert letters_in(text) == {"a", "i", "sigma", "z", "x", "n", "y"}
    assert {"x", "sigma", "gamma"} < set(owned())


@each_notebook
def test_a_letter_has_the_meaning_of_the_glossary(path):
    pages_of, free = owned(), letters_in(HEAD.partition("The letters")[2])
    assert not free & set(pages_of)
    cells = read_notebook(path).cells
    used = letters_in("\n".join(cell.source for cell in cells if cell.cell_type == "markdown"))
    assert used <= free | set(pages_of), "the glossary does not know these"
    elsewhere = {x for x in used & set(pages_of) if pages_of[x] and path.stem not in pages_of[x]}
    assert not elsewhere, "the glossary says that these belong to other pages"
