package io.tenancy.spring.plans;

import io.tenancy.quota.QuotaConsumer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Writes down what is taken, and whether a transaction runs meanwhile. */
@Component
public class QuotaRecord implements QuotaConsumer {

    private final List<String> notes = new CopyOnWriteArrayList<>();

    void note(String what) {
        notes.add(what + (TransactionSynchronizationManager.isActualTransactionActive() ? " in a transaction" : ""));
    }

    public List<String> drain() {
        List<String> all = List.copyOf(notes);
        notes.clear();
        return all;
    }

    @Override
    public Reservation reserve(String resource, long units) {
        note("reserve " + units + " " + resource);
        return new Reservation() {
            @Override
            public void commit() {
                note("commit");
            }

            @Override
            public void close() {
                note("close");
            }
        };
    }
}
