"""What SOPDesk adds to every answer."""

from django.shortcuts import render


def says_what_is_not_allowed(get_response):
    """Answer a method that a page does not have with a page of our own; Django's is empty."""

    def answer(request):
        response = get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return answer
