"""What the office reads and signs: figures from the ledger, and papers made of them. Nothing here changes a ticket."""
