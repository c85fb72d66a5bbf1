"""The outside world behind the ports: bus, stores, notifier, clock, settings."""
