"""Seeds that are run first: those that once broke a law, and those that find what is broken on purpose."""

FOUND_AT = {
    "never goes back after a fetch that raised": 3,
    "reads what is not committed": 2,
    "lets a batch overtake the one before it": 2,
    "goes by arrivals where ticks tell the time": 3,
    "acts on a tick at once": 3,
    "publishes before it saves": 18,
    "saves without a guard": 2,
    "skips a document whose guard was lost": 3,
    "never publishes again": 3,
    "folds in the order of arrival": 1,
    "forwards to nobody": 9,
    "accepts and rejects": 3,
    "does not hear that a step is done": 1,
    "does not hear that a dossier was given back": 2,
    "does not mind an opinion that is not given": 10,
}
"""The world in which each variant was found, where it is not the first. The test looks there first, to be quick; where
the world went another way since, it looks in all. `python -m tests.simulation.find` prints this anew."""

ONCE_FAILED = {
    5: "the law against sending twice did not know that a group may go on without a process at work",
    104: "an outcome that another outcome's effect led to was saved and, after a crash, never published",
    310: "a step was begun again, as was told late, before its last attempt had ended: held twice at once",
    523: "what was told before a tick stood behind an open transaction, and the tick was acted on without it",
    617: "the runner's day for withdrawn apologies lay after the second timeline's: none was withdrawn there",
    621: "a simulated process that had ended was killed for what it had sent and was still under way",
    624: "the law of births took the answer to a record that is no submission for one about the dossier it named",
    755: "the world did not call it a fault when a letter, its outcome untold, lost its partition to a rebalance",
    783: "what came of a letter was forgotten in the very call that asked for it, a day later: sent once more",
    1292: "an outcome was saved after another process committed its batch, by one that then died: never published",
    1725: "the law against refusing custody believed who said he took it an hour after he said so",
    1757: "the law against sending twice did not know that what outlasts a rebalance goes on without its partitions",
    4269: "a sweep that waited for the batch at work swept what the process owned before it waited",
    4403: "the law against telling a moved date twice did not know that a late pause may move it elsewhere",
    17548: "an opinion was owed for a step that began and ended at the moment of the question, read in that order",
    18476: "the law of custody took two attempts that began at one moment to have begun in the order of their names",
    28268: "a daily number was left out: allotted before a crash, not needed any more when the withdrawal was read too",
    29778: "a return that was told late counted from a later moment, and did not say so",
    76683: "what an outcome ordered was forgotten by a crash, where another process had committed the batch meanwhile",
    86533: "the simulated bus never called back who had been cut off when a rebalance began",
    90195: "as 621",
}
"""Each found what its line says, and is run ever since."""
