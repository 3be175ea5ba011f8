-- Dropping a month gives way to whoever stores corrections: it takes the tables in another order, and with more than the
-- server's deadlock_timeout (1 s) the other one could be the victim.
alter function usage_drop_months_before(date) set lock_timeout = '500ms';
