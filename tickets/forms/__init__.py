"""The forms of the helpdesk. They validate; what they mean is decided by `tickets.actions`."""
