"""Families of figures: what is counted, how it looks in Prometheus's format, and what several processes come to."""

from prometheus_client.parser import text_string_to_metric_families

from realtime.histogram import Histogram
from server.figures.exposition import exposition
from server.figures.families import Family, counter, gauge, histogram, merged


def shown(*families: Family) -> dict[str, float]:
    text = exposition(families).decode()
    return {
        sample.name
        + "".join(f"|{name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(*seconds: float) -> Histogram:
    found = Histogram((0.1, 1.0))
    for each in seconds:
        found.observe(each)
    return found


def test_a_number_is_shown_under_its_name_and_label_values() -> None:
    assert shown(gauge("a", "A.", 2), counter("b", "B.", {"x": 1, "y": 3}, ["kind"])) == {
        "a": 2,
        "b_total|kind=x": 1,
        "b_total|kind=y": 3,
    }
    assert shown(counter("c", "C.", {("x", "1"): 5}, ["op", "result"])) == {
        "c_total|op=x|result=1": 5
    }


def test_the_buckets_of_a_histogram_hold_what_was_at_most_so_long() -> None:
    assert shown(histogram("a", "A.", of(0.05, 0.1, 0.5, 7))) == {
        "a_bucket|le=0.1": 2,
        "a_bucket|le=1": 3,
        "a_bucket|le=+Inf": 4,
        "a_count": 4,
        "a_sum": 7.65,
    }


def test_processes_are_added_up_and_what_only_one_has_is_kept() -> None:
    one = [counter("a", "A.", {"x": 1, "y": 2}, ["kind"]), histogram("h", "H.", of(0.05))]
    other = [
        counter("a", "A.", {"y": 3, "z": 4}, ["kind"]),
        histogram("h", "H.", of(0.5)),
        gauge("g", "G.", 7),
    ]

    assert shown(*merged([one, other])) == {
        "a_total|kind=x": 1,
        "a_total|kind=y": 5,
        "a_total|kind=z": 4,
        "h_bucket|le=0.1": 1,
        "h_bucket|le=1": 2,
        "h_bucket|le=+Inf": 2,
        "h_count": 2,
        "h_sum": 0.55,
        "g": 7,
    }


def test_what_cannot_be_added_is_the_highest_or_the_lowest() -> None:
    def process(value: float) -> list[Family]:
        return [gauge("away", "A.", value, merge="max"), gauge("since", "S.", value, merge="min")]

    assert shown(*merged([process(3), process(1), process(2)])) == {"away": 3, "since": 1}


def test_merging_nothing_is_nothing_and_merging_one_changes_it_not() -> None:
    family = counter("a", "A.", {"x": 1}, ["kind"])
    assert merged([]) == []
    assert merged([[family]]) == [family]
