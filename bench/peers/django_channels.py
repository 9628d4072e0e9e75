"""The chat of Channels' tutorial: one group, one consumer a socket. No middleware, and so no database."""

import os

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import path

redis = os.environ.get("REDIS_URL")
layer = (
    {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [redis]}}
    if redis
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
)
settings.configure(SECRET_KEY="of a benchmark", CHANNEL_LAYERS={"default": layer})
django.setup()


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add("chat", self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard("chat", self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.channel_layer.group_send("chat", {"type": "chat.message", "message": text_data})

    async def chat_message(self, event: dict[str, str]) -> None:
        await self.send(text_data=event["message"])


app = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("", ChatConsumer.as_asgi())]),
    }
)
