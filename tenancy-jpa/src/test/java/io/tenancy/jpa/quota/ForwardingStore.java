package io.tenancy.jpa.quota;

import io.tenancy.quota.spi.QuotaStore;

/** A store whose calls a test watches or breaks. */
class ForwardingStore implements QuotaStore {

    private final QuotaStore store;

    ForwardingStore(QuotaStore store) {
        this.store = store;
    }

    @Override
    public Answer exchange(Request request) {
        return store.exchange(request);
    }

    @Override
    public Count read(Key key) {
        return store.read(key);
    }

    @Override
    public long beginRecount(Key key) {
        return store.beginRecount(key);
    }

    @Override
    public boolean finishRecount(Key key, long ticket, long counted) {
        return store.finishRecount(key, ticket, counted);
    }
}
