package io.tenancy.billing.stripe.webhook;

import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.object.StripeObjects;
import io.tenancy.billing.stripe.object.Taken;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Look-ups as a test wants them; all are taken in unless told otherwise. */
final class ScriptedObjects implements StripeObjects {

    final List<String> lookedUp = new CopyOnWriteArrayList<>();
    private final Map<String, Supplier<Taken>> script = new ConcurrentHashMap<>();

    void answer(String id, Supplier<Taken> taken) {
        script.put(id, taken);
    }

    void forget() {
        script.clear();
        lookedUp.clear();
    }

    @Override
    public Taken refresh(ObjectKind kind, String id) {
        lookedUp.add(kind + " " + id);
        Supplier<Taken> scripted = script.get(id);
        return scripted == null ? new Taken(Taken.Outcome.TAKEN, null, "taken in") : scripted.get();
    }
}
