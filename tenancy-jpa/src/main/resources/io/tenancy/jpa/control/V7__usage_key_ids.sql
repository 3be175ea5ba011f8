-- Keys of events by an id of 16 bytes instead of by tenant, source and key: a third of the bytes, and an index that is
-- compared without looking at texts. The id is what EventKey.Ids makes: the first half of the SHA-256 of the byte 1, the
-- tenant's id, and source and key, each with its length.

alter table usage_key rename to usage_key_by_name;
alter table usage_key_by_name rename constraint usage_key_pkey to usage_key_by_name_pkey;
drop index usage_key_occurred_at;

do $do$
begin
  for remainder in 0..7 loop
    execute format('alter table usage_key_%s rename to usage_key_by_name_%1$s', remainder);
    execute format('alter index usage_key_%s_pkey rename to usage_key_by_name_%1$s_pkey', remainder);
  end loop;
end $do$;

create table usage_key (
  id uuid not null primary key,
  tenant_id uuid not null,
  kind "char" not null check (kind in ('R', 'C', 'X', 'A')),
  -- First half of the SHA-256 of the event's content; null while awaited.
  content uuid,
  occurred_at timestamptz not null,
  check ((kind = 'A') = (content is null))
) partition by hash (id);

do $do$
begin
  for remainder in 0..7 loop
    execute format('create table usage_key_%s partition of usage_key for values with (modulus 8, remainder %s)',
      remainder, remainder);
  end loop;
end $do$;

insert into usage_key (id, tenant_id, kind, content, occurred_at)
select encode(substr(sha256('\x01'::bytea || uuid_send(tenant_id)
         || int4send(octet_length(convert_to(source, 'UTF8'))) || convert_to(source, 'UTF8')
         || int4send(octet_length(convert_to(key, 'UTF8'))) || convert_to(key, 'UTF8')), 1, 16), 'hex')::uuid,
       tenant_id, kind, content, occurred_at
from usage_key_by_name
order by occurred_at;

drop table usage_key_by_name;

-- Keys come in roughly in the order of their times, and are removed by month.
create index usage_key_occurred_at on usage_key using brin (occurred_at);
