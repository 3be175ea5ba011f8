package io.tenancy.internal;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of as many tenants as there is room for, where asking must cost next to nothing: reading is reading a
 * map, and writes nothing. A cache that counts its reads would cost as much as what it is asked for. What may go is
 * therefore told by the values themselves, which know when they were made; see {@link #makeRoom}. Safe for many threads.
 *
 * @param <K> of whom
 * @param <V> what
 */
public final class RecentlyUsed<K, V> {

    private static final int EIGHTH = 8;

    private final int maximum;
    private final Map<K, V> values = new ConcurrentHashMap<>();

    /**
     * An empty memory.
     *
     * @param maximum how many values there is room for, 1 or more; threads that add at the same time may exceed it by one
     *     each
     */
    public RecentlyUsed(int maximum) {
        this.maximum = maximum;
    }

    /**
     * What is remembered.
     *
     * @param key of whom
     * @return null where nothing is
     */
    public @Nullable V get(K key) {
        return values.get(key);
    }

    /**
     * Remembers what is made now, unless something is remembered already.
     *
     * @param key of whom
     * @param made makes it, once; others wait
     * @return what is remembered
     */
    public V computeIfAbsent(K key, Function<? super K, ? extends V> made) {
        return values.computeIfAbsent(key, made);
    }

    /**
     * Decides what is remembered, while nobody else does.
     *
     * @param key of whom
     * @param decided takes what is remembered, or null, and says what is from now on; null for nothing
     */
    public void compute(K key, BiFunction<? super K, @Nullable V, @Nullable V> decided) {
        values.compute(key, decided);
    }

    /**
     * Puts one value in the place of another.
     *
     * @param key of whom
     * @param old only this one
     * @param value what is remembered instead
     */
    public void replace(K key, V old, V value) {
        values.replace(key, old, value);
    }

    /**
     * Remembers a value.
     *
     * @param key of whom
     * @param value in the place of any other
     */
    public void put(K key, V value) {
        values.put(key, value);
    }

    /**
     * Forgets a value.
     *
     * @param key of whom
     */
    public void remove(K key) {
        values.remove(key);
    }

    /** Forgets everything. */
    public void clear() {
        values.clear();
    }

    /**
     * How much is remembered.
     *
     * @return how many values
     */
    public int size() {
        return values.size();
    }

    /**
     * Whether something has to go before something is added.
     *
     * @return true when there is no room
     */
    public boolean isFull() {
        return values.size() >= maximum;
    }

    /**
     * Before something is added: when it is full, forgets an eighth, so that looking through all of it is rare; of what
     * nobody asked for lately, and of the others where that is too little.
     *
     * @param unused whether nobody asked for a value lately
     */
    public void makeRoom(Predicate<? super V> unused) {
        if (isFull()) {
            int wanted = maximum - maximum / EIGHTH - 1;
            forget(unused, wanted);
            // Every eighth, and not the first ones: the order hardly changes, and always the same would go.
            AtomicInteger number = new AtomicInteger();
            forget(value -> number.incrementAndGet() % EIGHTH == 0, wanted);
            forget(value -> true, wanted);
        }
    }

    private void forget(Predicate<? super V> which, int wanted) {
        Iterator<V> all = values.values().iterator();
        while (values.size() > wanted && all.hasNext()) {
            if (which.test(all.next())) {
                all.remove();
            }
        }
    }
}
