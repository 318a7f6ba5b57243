"""The HTTP client: the API's routes as typed methods, synchronous and asynchronous."""

from finchat_sec_qa.client.client import AsyncFinChatClient, FinChatClient
from finchat_sec_qa.model.replies import Stage

__all__ = ["AsyncFinChatClient", "FinChatClient", "Stage"]
