-- What was used of rate limits, while it counts: Bucket4j's table, and the sliding windows beside its buckets. Not logged:
-- it is written at each limited request and worth nothing after a crash of the server, which empties it.
create unlogged table rate_limit_bucket (
  id text primary key,
  state bytea,
  -- Milliseconds since 1970, by the clock of the node that wrote the row.
  expires_at bigint
) with (
  -- Room for the next versions on the same page: no index names a column that changes.
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.05
);
