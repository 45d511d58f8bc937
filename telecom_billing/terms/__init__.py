# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``connectors`` says to a user, in the user's language.

That package knows no translations. Its labels and sentences are listed in the files of this
folder, so that Odoo exports them with all other terms; a test holds the lists and the package
together.
"""

from __future__ import annotations

from odoo.tools.translate import code_translations

from connectors.reasons import REASONS, parts
from connectors.sentences import tell

from . import carriers, faults, formats, reasons, ways

__all__ = ["explained", "explained_line", "faults", "formats", "reasons", "said", "told", "ways"]


def said(text: str, env=None) -> str:
    """A text of ``connectors`` in the language of ``env``; as it is where there is none."""
    lang = env.lang if env is not None else None
    if not text or not lang or lang == "en_US":
        return text
    return code_translations.get_python_translations("telecom_billing", lang).get(text, text)


def explained(env, code: str, message: str) -> str:
    """Why a line was rejected, in the user's language, from its code and stored sentence."""
    found = parts(code, message)
    if found is None:
        return said(message, env)
    field, value = found
    return said(REASONS[code], env).format(field=field, value=value)


def explained_line(env, message: str) -> str:
    """The same for a sentence whose code is not kept."""
    code = next((code for code in REASONS if parts(code, message) is not None), "")
    return explained(env, code, message) if code else told(env, message)


def told(env, text):
    """What an error of ``connectors`` says, live or stored, in the user's language."""
    return tell(text, lambda sentence: said(sentence, env)) if text else text
