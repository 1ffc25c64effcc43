"""The memory that recording takes, with and without a limit for values."""

from table import Row, child

NETWORK, SIZE, ROOM = "torchvision:resnet152", 512, 500_000_000


def rows():
    free, tight = (child("budget", NETWORK, str(SIZE), str(room)) for room in (10**12, ROOM))
    saved, over = free["held_mb"] - ROOM / 1e6, free["peak_mb"] - tight["peak_mb"]
    yield Row(
        f"memory of the engine while it records {NETWORK} at {SIZE}, values within {ROOM / 1e6:.0f} MB",
        f"{tight['peak_mb']:,.0f} MB ({free['peak_mb']:,.0f} without a limit, {tight['before_mb']:,.0f} before)",
        f"≥ {saved * 0.8:,.0f} MB less",
        over >= 0.8 * saved,
    )
