"""The board in the browser: pages the press office reads and acts on."""
