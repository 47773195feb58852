"""Small drawings for tests, in a few words each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared_services.workflow.engine import Definition, Run, read_definition

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:guildhall="urn:guildhall:process">'
    '{defined}<bpmn:process id="{key}" name="{title}" isExecutable="true"><bpmn:extensionElements>{variables}'
    "</bpmn:extensionElements>"
)
TAIL = "</bpmn:process></bpmn:definitions>"


def process(
    *parts: str, key: str = "small", title: str = "A small process", defined: str = "", **variables: str
) -> str:
    kinds = {"amount": "money", "outcome": "text", **variables}
    declared = "".join(f'<guildhall:variable name="{name}" kind="{kind}"/>' for name, kind in kinds.items())
    return HEAD.format(key=key, title=title, variables=declared, defined=defined) + "".join(parts) + TAIL


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def flows(*pairs: str) -> str:
    """flows("a b", "b c") -> flows from a to b and from b to c."""
    return "".join(flow(*pair.split(" ", 2)) for pair in pairs)


def element(tag: str, key: str, inside: str = "", **attributes: str) -> str:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<bpmn:{tag} id="{key}" name="{key.replace("_", " ").capitalize()}"{more}>{inside}</bpmn:{tag}>'


def start(key: str = "start") -> str:
    return element("startEvent", key)


def end(key: str = "end", outcome: str = "", inside: str = "") -> str:
    said = f'<guildhall:end outcome="{outcome}"/>' if outcome else ""
    return element("endEvent", key, f"<bpmn:extensionElements>{said}</bpmn:extensionElements>{inside}")


def user(key: str, inside: str = "", **attributes: str) -> str:
    said = {"role": "director", "outcomes": "approve reject", **attributes}
    more = " ".join(f'{name}="{value}"' for name, value in said.items())
    return element(
        "userTask", key, f"<bpmn:extensionElements><guildhall:task {more}/></bpmn:extensionElements>{inside}"
    )


def service(key: str, operation: str = "x.y", inside: str = "", tag: str = "serviceTask", **attributes: str) -> str:
    said = f'<bpmn:extensionElements><guildhall:operation name="{operation}"/></bpmn:extensionElements>'
    return element(tag, key, said + inside, **attributes)


def timed(key: str, time: str, kind: str = "timeDuration") -> str:
    """A timer between two steps."""
    return element("intermediateCatchEvent", key, timer(time, kind))


def timer(time: str, kind: str = "timeDuration") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{time}</bpmn:{kind}></bpmn:timerEventDefinition>"


def boundary(key: str, host: str, inside: str, interrupts: bool = True) -> str:
    return element("boundaryEvent", key, inside, attachedToRef=host, cancelActivity=str(interrupts).lower())


def gateway(kind: str, key: str, default: str = "") -> str:
    return element(f"{kind}Gateway", key, **({"default": default} if default else {}))


def repeated(over: str, item: str, until: str = "", in_turn: bool = False) -> str:
    ends = f"<bpmn:completionCondition>{until}</bpmn:completionCondition>" if until else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(in_turn).lower()}">'
        f'<bpmn:loopDataInputRef>{over}</bpmn:loopDataInputRef><bpmn:inputDataItem id="{item}"/>{ends}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def message(key: str = "ready") -> str:
    return f'<bpmn:message id="{key}" name="{key}"/>'


def about(key: str = "ready") -> str:
    return f'<bpmn:messageEventDefinition messageRef="{key}"/>'


def read(*parts: str, called: Any = None, **variables: str) -> Definition:
    return read_definition(process(*parts, **variables), [], operations=False, called=called)


def steps_of(run: Run) -> list[str]:
    """The steps at which a case stands, in order."""
    return sorted(found.step.id for found in run.waiting())


def key_of(run: Run, step: str) -> UUID:
    return next(found.engine_id for found in run.waiting() if found.step.id == step)
