"""What contracts tell the apps above."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ContractsAmended:
    """What was agreed changes from a day on: lines were closed and opened, by one amendment a contract."""

    company_id: int
    contract_ids: tuple[int, ...]
    amendment_ids: tuple[int, ...]
    kind: str
    effective_on: date
    by: str


@dataclass(frozen=True, slots=True)
class ContractTerminated:
    """The contract got a last day before its agreed one."""

    contract_id: int
    amendment_id: int
    ends_on: date
    by: str


@dataclass(frozen=True, slots=True)
class ContractTransferred:
    """The same fees go on for another payer, as a new contract."""

    contract_id: int
    new_id: int
    effective_on: date
    by: str
