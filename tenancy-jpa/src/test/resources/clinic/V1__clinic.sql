create extension if not exists citext;

create table patient (
  id uuid primary key,
  name text not null,
  email citext unique,
  status varchar(20) not null default 'ACTIVE',
  updated_at timestamptz
);

create table visit (
  id bigint generated always as identity primary key,
  patient_id uuid not null references patient (id) on delete cascade,
  reason text not null,
  fee integer not null default 0
);

create index visit_patient on visit (patient_id);

create function touch() returns trigger language plpgsql as $$
begin
  perform 1 from visit where patient_id = new.id;
  new.updated_at := now();
  return new;
end $$;

create trigger patient_touch before update on patient for each row execute function touch();

create function patients_named(wanted text) returns bigint language sql stable as $$
  select count(*) from patient where name = wanted
$$;

create view active_patient as select id, name from patient where status = 'ACTIVE';
