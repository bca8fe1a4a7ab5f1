from django.urls import path

from . import views

app_name = "strategies"
urlpatterns = [
    path("strategies/", views.strategies, name="strategies"),
    path("strategies/<slug:code>/", views.strategy, name="strategy"),
    path("initiatives/", views.initiatives, name="initiatives"),
    path("initiatives/<slug:code>/", views.initiative, name="initiative"),
]
