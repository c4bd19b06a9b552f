"""The site of calls.py on Django, in one file: `gunicorn site_django:application`. Written as a user would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.urls import path

if TYPE_CHECKING:
    from django.http import HttpRequest

settings.configure(
    DEBUG=False,
    SECRET_KEY="not a secret",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
)


def json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"q": request.GET.get("q", "")})


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body, content_type=request.headers.get("Content-Type"))


def form(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    size = len(file.read()) if file else 0
    return JsonResponse({"name": request.POST.get("name", ""), "file": file.name if file else "", "size": size})


def cookies(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("two")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2", httponly=True)
    return response


def redirect(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/json?q=there")


def delete(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def large(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"x" * 1_000_000, content_type="application/octet-stream")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter(["one", "two", "three"]), content_type="text/plain")


def fresh(request: HttpRequest) -> HttpResponse:
    known = request.headers.get("If-None-Match") == '"v1"'
    return HttpResponse(b"" if known else b"fresh", status=304 if known else 200, headers={"ETag": '"v1"'})


urlpatterns = [
    path("json", json),
    path("echo", echo),
    path("form", form),
    path("cookies", cookies),
    path("redirect", redirect),
    path("thing", delete),
    path("crash", crash),
    path("large", large),
    path("stream", stream),
    path("fresh", fresh),
]
application = get_wsgi_application()
