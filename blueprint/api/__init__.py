"""The read API: what is public, for programs, at /api/v1/. What all of its resources share; each app has its own.

address -> Resource (moment, cursor, parameters, limits) -> rows -> serializer -> JSON
"""
