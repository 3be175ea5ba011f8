create table category (
    id          uuid primary key,
    slug        varchar(80)  not null,
    name        varchar(80)  not null,
    description varchar(240) not null,
    position    integer      not null,
    constraint category_slug_key unique (slug)
);

create table article (
    id              uuid primary key,
    slug            varchar(120)             not null,
    title           varchar(160)             not null,
    summary         varchar(400)             not null,
    body            text                     not null,
    language        varchar(16)              not null,
    status          varchar(16)              not null check (status in ('DRAFT', 'PUBLISHED')),
    category_id     uuid                     not null references category (id),
    author_id       uuid                     not null references app_user (id),
    edited_by_id    uuid                     not null references app_user (id),
    reading_minutes integer                  not null,
    search_title    text                     not null,
    search_text     text                     not null,
    created_at      timestamp with time zone not null,
    updated_at      timestamp with time zone not null,
    published_at    timestamp with time zone,
    version         bigint                   not null,
    constraint article_slug_key unique (slug),
    constraint article_published_has_date check (status <> 'PUBLISHED' or published_at is not null)
);

create index article_public_order on article (status, published_at desc);
create index article_by_category on article (category_id);
create index article_by_author on article (author_id);
