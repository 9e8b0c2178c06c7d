"""How many queries an answer took, told in a header."""

from django.db import connection

HEADER = "X-Bench-Queries"


class Counter:
    """Counts what is executed while it wraps a connection."""

    def __init__(self):
        self.queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


def counts_queries(get_response):
    def answer(request):
        counter = Counter()
        with connection.execute_wrapper(counter):
            response = get_response(request)
        response[HEADER] = str(counter.queries)
        return response

    return answer
