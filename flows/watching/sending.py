"""Sends the notices of a night through a notification block of Prefect (Slack, e-mail, a webhook of one's own …)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.run_report import Notice

# A channel takes no pages: when hundreds of portals fail at once, the run report has the rest.
MOST_NOTICES = 20


class NotSentError(Exception):
    """A message could not be sent; the text names the block and the kind of error, and nothing that may be secret."""


def send(block_name: str, run_id: str, notices: Sequence[Notice]) -> None:
    """Send notices as one message.

    Args:
        block_name: type and name of a block that is saved in Prefect, such as ``slack-webhook/ops``.
        run_id: the run that gives notice.
        notices: what to say.

    Raises:
        NotSentError: when there is no such block, it notifies nobody, or the message was not taken.
    """
    subject = f"gongkai: {len(notices)} notice{'s' if len(notices) > 1 else ''} of the night {run_id}"
    body = "\n\n".join(f"{notice.en}\n{notice.zh}" for notice in notices[:MOST_NOTICES])
    if len(notices) > MOST_NOTICES:
        body += f"\n\n… and {len(notices) - MOST_NOTICES} more, in the run report"
    try:
        # Loading a block needs the classes of all kinds to be known.
        import prefect.blocks.notifications  # noqa: F401
        from prefect.blocks.abstract import NotificationBlock
        from prefect.blocks.core import Block

        try:
            block: Any = Block.load(block_name)
        except ValueError:
            raise NotSentError(f"The Prefect that runs the night has no block {block_name}: save one there.") from None
        if not isinstance(block, NotificationBlock):
            raise NotSentError(f"{block_name} is no notification block.")
        with block.raise_on_failure():
            # Outside of a running event loop, as here, Prefect's methods of both kinds wait and return no coroutine.
            notify: Any = block.notify
            notify(body, subject)
    except NotSentError:
        raise
    except Exception as error:
        raise NotSentError(_why(block_name, error)) from None


def _why(block_name: str, error: Exception) -> str:
    """The kind of an error and the status of an answer; its text may hold the address, which is the secret."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    answered = f", the answer had status {status}" if status is not None else ""
    return (
        f"The notices could not be sent by {block_name} ({type(error).__name__}{answered}). Try the block in Prefect; "
        "the next night sends them again."
    )
