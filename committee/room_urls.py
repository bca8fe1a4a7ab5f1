from django.urls import path

from . import room

app_name = "room"
STRATEGY = "meetings/<int:number>/strategies/<slug:code>/"
urlpatterns = [
    path("", room.papers, name="papers"),
    path(STRATEGY, room.strategy, name="strategy"),
    path(f"{STRATEGY}rating/", room.rate, name="rate"),
    path(f"{STRATEGY}finding/", room.finding, name="finding"),
]
