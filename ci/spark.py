"""A census over Spark partitions, compared with a direct run, and its Parquet read by DuckDB.

    python ci/spark.py target/release/trulyopen records.jsonl [PARTITIONS]

Needs pyspark (with a Java runtime) and duckdb.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from pyspark.sql import SparkSession

binary, records = str(Path(sys.argv[1]).resolve()), sys.argv[2]
partitions = int(sys.argv[3]) if len(sys.argv) > 3 else 8
command = f"{binary} census -q --jsonl-in - --jsonl-out -"

spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
lines = spark.sparkContext.textFile(f"file://{Path(records).resolve()}", minPartitions=partitions)
began = time.time()
piped = lines.pipe(command).collect()
took = time.time() - began

# A filter exits with 3 where a record could not be judged; what it wrote is whole all the same.
with open(records, "rb") as stream:
    direct = subprocess.run(command.split(), stdin=stream, capture_output=True).stdout.decode().splitlines()


def without_place(line):
    """A broken record is named by its line, which is another one in a partition."""
    row = json.loads(line)
    if row["error"]:
        row["error"] = row["error"].split(": ", 1)[1]
    return row


same = len(piped) == len(direct) and all(a == b or without_place(a) == without_place(b) for a, b in zip(piped, direct))
print(f"Spark, {lines.getNumPartitions()} partitions: {len(piped)} rows in {took:.1f} s; equal to a direct run: {same}")
spark.stop()

with tempfile.TemporaryDirectory() as folder:
    table = f"{folder}/judged.parquet"
    subprocess.run([binary, "census", "-q", "--format", "parquet", "-o", table, records])
    rows = duckdb.sql(f"SELECT verdict, count(*) FROM '{table}' GROUP BY ALL ORDER BY ALL").fetchall()
    counts = {}
    for line in direct:
        row = json.loads(line)
        if not row["error"]:
            counts[row["verdict"]] = counts.get(row["verdict"], 0) + 1
    agrees = dict(rows) == counts
    bases = duckdb.sql(f"SELECT count(*) FROM (SELECT unnest(base_models) FROM '{table}')").fetchall()[0][0]
    print(f"DuckDB reads the Parquet: {rows}, {bases} bases; equal to the rows: {agrees}")
sys.exit(0 if same and agrees else 1)
