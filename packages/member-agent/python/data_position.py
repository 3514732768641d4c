"""How far the data of a PostgreSQL server that does not run goes: on which timeline, up to where there is WAL."""

import os
import re
import subprocess

SEGMENT = re.compile(r"^([0-9A-F]{8})[0-9A-F]{16}$")


class Unreadable(Exception):
    pass


def read_position(data_dir, bin_dir):
    """`{}` where there is no data. Raises Unreadable, and says why, where there is some that cannot be judged."""
    try:
        if holds_nothing(data_dir):
            return {}
        control = read_control(data_dir, bin_dir)
        timeline, lsn = newest(data_dir, bin_dir, control)
        return {
            "system": control["Database system identifier"],
            "timeline": timeline,
            "lsn": lsn_text(lsn),
            # What breaks a tie: a copy that was cut short may have all the WAL of its source.
            "attested": max(control_timelines(control)),
            "whole": not has(data_dir, "backup_label"),
        }
    except OSError as error:
        raise Unreadable(f"{data_dir} cannot be read: {error.strerror}") from error


def rank(position):
    return (position["timeline"], parse_lsn(position["lsn"]), position["attested"], position["whole"])


def holds_nothing(data_dir):
    """No folder, an empty one, or one that initdb or a copy was about to fill: a copy takes pg_control last."""
    if not os.path.lexists(data_dir) or not os.listdir(data_dir):
        return True
    if has(data_dir, "global/pg_control"):
        return False
    return has(data_dir, "backup_label") or not has(data_dir, "base/1") or not os.listdir(f"{data_dir}/base/1")


def read_control(data_dir, bin_dir):
    done = run(bin_dir, "pg_controldata", data_dir)
    fields = dict(re.findall(r"^([^:\n]+):\s*(.*)$", done.stdout, re.MULTILINE))
    warned = "warning" in (done.stdout + done.stderr).lower()
    if done.returncode != 0 or warned or "Latest checkpoint location" not in fields:
        told = (done.stderr or done.stdout).strip().splitlines() or ["pg_controldata says nothing"]
        raise Unreadable(f"pg_control of {data_dir} is broken: {told[0]}")
    return fields


def control_timelines(control):
    return [int(control["Latest checkpoint's TimeLineID"]), int(control["Min recovery ending loc's timeline"])]


def newest(data_dir, bin_dir, control):
    """
    pg_control names the timeline of the last checkpoint, which lags behind a promotion and what a standby received since.
    So a later timeline counts as well once there is a record of it, provided that it branches off behind that checkpoint:
    else its WAL lies beside data of another branch.
    """
    checkpoint = parse_lsn(control["Latest checkpoint location"])
    written, replayed = control_timelines(control)
    segments = {int(found[1], 16) for found in map(SEGMENT.match, os.listdir(f"{data_dir}/pg_wal")) if found}
    for timeline in sorted({replayed, *segments}, reverse=True):
        if timeline <= written:
            break
        switches = read_history(data_dir, timeline)
        if switches.get(written, 0) <= checkpoint:
            continue
        end = end_of_wal(data_dir, bin_dir, timeline, max(switches.values()))
        if end is None and timeline == replayed:
            end = parse_lsn(control["Minimum recovery ending location"])
        if end is not None:
            return timeline, end
    end = end_of_wal(data_dir, bin_dir, written, checkpoint)
    if end is not None:
        return written, end
    if has(data_dir, "backup_label"):
        return written, 0
    raise Unreadable(f"{data_dir} lacks the WAL from its last checkpoint on, {lsn_text(checkpoint)} of timeline {written}")


def read_history(data_dir, timeline):
    """Where each timeline before this one was left (PostgreSQL manual, "Timelines")."""
    path = f"{data_dir}/pg_wal/{timeline:08X}.history"
    if not os.path.exists(path):
        raise Unreadable(f"{data_dir} has WAL of timeline {timeline}, but not the history of it")
    with open(path, encoding="utf-8") as file:
        lines = re.findall(r"^\s*(\d+)\s+([0-9A-F]+/[0-9A-F]+)", file.read(), re.MULTILINE)
    return {int(parent): parse_lsn(lsn) for parent, lsn in lines}


def end_of_wal(data_dir, bin_dir, timeline, start):
    """Behind the last valid record from `start` on; None where there is none."""
    options = [f"--path={data_dir}/pg_wal", f"--timeline={timeline}", f"--start={lsn_text(start)}", "--stats"]
    found = re.search(r"^WAL statistics between \S+ and (\S+):", run(bin_dir, "pg_waldump", *options).stdout, re.MULTILINE)
    return found and parse_lsn(found[1])


def run(bin_dir, program, *args):
    command = [os.path.join(bin_dir, program), *args]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", env={**os.environ, "LC_ALL": "C"})


def has(data_dir, path):
    return os.path.exists(f"{data_dir}/{path}")


def parse_lsn(text):
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def lsn_text(lsn):
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"
