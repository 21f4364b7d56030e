from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mismatch:
    field: str

    def in_words(self):
        return self.field

    def to_json(self):
        return {"field": self.field}


def compare(body, heard, agreement):
    return []
