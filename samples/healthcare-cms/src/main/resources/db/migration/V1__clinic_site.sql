create table site (
    id             uuid primary key,
    name           varchar(120)  not null,
    tagline        varchar(200)  not null,
    specialty      varchar(80)   not null,
    city           varchar(80)   not null,
    introduction   text          not null,
    language       varchar(16)   not null,
    time_zone      varchar(64)   not null,
    primary_colour varchar(7)    not null,
    accent_colour  varchar(7)    not null,
    paper_colour   varchar(7)    not null,
    typeface       varchar(16)   not null,
    motif          varchar(16)   not null,
    logo_svg       text          not null,
    address        text          not null,
    phone          varchar(40)   not null,
    email          varchar(254)  not null,
    opening_hours  text          not null,
    emergency_note text          not null,
    version        bigint        not null
);

create table app_user (
    id            uuid primary key,
    email         varchar(254) not null,
    display_name  varchar(120) not null,
    title         varchar(160) not null,
    role          varchar(16)  not null check (role in ('EDITOR', 'DOCTOR')),
    password_hash varchar(100) not null,
    version       bigint       not null,
    constraint app_user_email_key unique (email)
);
