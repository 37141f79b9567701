"""One tree of errors; each message says what was expected, what was found, where, and what to do.

::

    RunoffError
    ├── UnitError        a unit, currency or measure was mixed, unknown or not the declared one
    ├── IdentityError    a balance does not balance
    ├── LookaheadError   something was asked for that was not known at its time, or not declared as a need
    ├── SourceError      a publisher, a file or a payload
    │   ├── Unavailable  it is not there (yet): the message names what brings it
    │   ├── Unparseable  it is there and cannot be read as what it claims to be
    │   └── Stale        it is there, and too old for what was asked
    ├── StoreError       the store cannot be opened, read or written
    ├── RegistryError    a plug-in is missing, doubled, malformed, or in a cycle
    ├── EstimationError  an estimate cannot be made honestly from these data
    └── ConfigError      an option or setting has a value that means nothing
"""


class RunoffError(Exception):
    """Anything that runoff refuses, with the remedy in its message.

    The message is a template and the values that fill its named places, so that a surface can say it in the reader's
    language; `str` gives it in English.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template.format(**values) if values else template)
        self.template = template
        self.values = values


class UnitError(RunoffError):
    """A unit, currency or measure was mixed, is unknown, or is not the declared one."""


class IdentityError(RunoffError):
    """An accounting identity does not hold."""


class LookaheadError(RunoffError):
    """A value was asked for that was not known at the time, or was not declared as a need."""


class SourceError(RunoffError):
    """A publisher, a file or a payload is not usable."""


class Unavailable(SourceError):
    """The data are not in the store; the message names what brings them."""


class Unparseable(SourceError):
    """The data are there and are not what they claim to be."""


class Stale(SourceError):
    """The data are there and too old for what was asked."""


class StoreError(RunoffError):
    """The store cannot be opened, read or written."""


class RegistryError(RunoffError):
    """A plug-in is missing, doubled, malformed, or in a cycle."""


class EstimationError(RunoffError):
    """An estimate cannot be made honestly from these data."""


class ConfigError(RunoffError):
    """An option or a setting has a value that means nothing."""
