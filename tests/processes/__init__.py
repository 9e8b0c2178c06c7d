"""The whole of SOPDesk as it runs in earnest: real processes on real servers, whose clock can be moved."""
