"""The phrase book, in the language that a desk reads."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from keepclear.api.answers import answer
from keepclear.api.models import PhraseBookOut
from keepclear.api.security import Asking, desk_router
from keepclear.formats.phrase_text import phrase_list

router = desk_router("phrases")

Lang = Annotated[Literal["en", "tr", "he", "ar", "az", "ru"], Query(description="The language of the wording.")]


@router.get("/phrases", response_class=Response, responses={200: {"model": PhraseBookOut}})
async def phrases(_caller: Asking, lang: Lang = "en") -> Response:
    """Every coded phrase with its wording in one language, and the direction that it is read in."""
    return answer(phrase_list(lang))
