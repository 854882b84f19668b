"""The rule: one small closed tree, written once in a programme's file and read many ways."""
