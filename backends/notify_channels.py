"""The names of the channels that a contact may have, and what an arrival by one of them leaves open."""

WEBHOOK, MAIL = "webhook", "mail"
WECOM, DINGTALK, FEISHU = "wecom", "dingtalk", "feishu"
SMS, APPRISE = "sms", "apprise"

ROBOT_CHANNELS = (WECOM, DINGTALK, FEISHU)
HANDED_OVER = (SMS, APPRISE)
OUTSIDE = (*ROBOT_CHANNELS, *HANDED_OVER)
"""Those that take notices through somebody else's servers: an office opens them on purpose (`outside_channels`)."""
CHANNELS = (WEBHOOK, MAIL, *OUTSIDE)


def left_open(channel: str) -> str:
    """What nobody knows of a notice that went by this channel; empty where its receiver has answered for it."""
    return f"{channel}: handed over, arrival unknown" if channel in HANDED_OVER else ""
