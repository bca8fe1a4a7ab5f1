from django.urls import path

from . import chart_views, views

app_name = "indicators"
urlpatterns = [
    path("", views.indicators, name="indicators"),
    path("<slug:code>/", views.indicator, name="indicator"),
    path("<slug:code>/history/", views.history, name="history"),
    path("<slug:code>/chart.svg", chart_views.chart_svg, name="chart.svg"),
    path("<slug:code>/chart.vl.json", chart_views.chart_vega, name="chart.vl.json"),
    path("<slug:code>/chart.png", chart_views.chart_png, name="chart.png"),
    path("<slug:code>/embed/", chart_views.embed, name="embed"),
]
