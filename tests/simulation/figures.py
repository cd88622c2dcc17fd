"""What happened in a simulated world, in numbers."""

from collections import Counter

from tests.simulation.world import World

TROUBLES = ("crashes", "failures", "lost answers", "expulsions", "pauses", "cuts", "stops", "damage")


def figures(world: World) -> Counter[str]:
    """Counts of one world at rest."""
    values = Counter((record.topic, record.value) for record in world.bus.records)
    return Counter(
        seeds=1,
        steps=world.trace.steps,
        events=len(values),
        duplicates=len(world.bus.records) - len(values),
        dossiers=len(world.shops[0].store.documents),
        timers=world.counts["timers"],
        letters=world.post.letters,
        erased=len(world.archive.applicants),
        rebalances=sum(shop.group.rebalances for shop in world.shops),
        **{kind: world.counts[kind] for kind in TROUBLES},
    )
