from django.urls import path

from . import views

app_name = "committee"
urlpatterns = [
    path("", views.committee, name="committee"),
    path("actions/", views.actions, name="actions"),
    path("meetings/<int:number>/", views.meeting, name="meeting"),
]
