package io.tenancy.usage.buffer;

import io.tenancy.usage.UsageNotStoredException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Records of many callers that one force covers. Filled under the lock of {@link GroupCommit}. */
final class Batch {

    private final CompletableFuture<Void> stored = new CompletableFuture<>();
    private final List<CompletableFuture<Void>> watchers = new ArrayList<>(0);
    private byte[] bytes;
    private int size;
    private int count;

    Batch(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** A list that is longer than the array is taken alone. */
    boolean hasRoomFor(int more) {
        return size == 0 || more <= bytes.length - size;
    }

    void add(EncodedEvents events) {
        if (events.size() > bytes.length - size) {
            bytes = new byte[events.size()];
        }
        System.arraycopy(events.array(), 0, bytes, size, events.size());
        size += events.size();
        count += events.count();
    }

    /** A future of one caller, who cannot complete anybody else's by it. */
    CompletableFuture<Void> watch() {
        CompletableFuture<Void> watcher = new CompletableFuture<>();
        watchers.add(watcher);
        return watcher;
    }

    void await() {
        try {
            stored.get();
        } catch (ExecutionException e) {
            Throwable failure = Objects.requireNonNullElse(e.getCause(), e);
            throw new UsageNotStoredException(String.valueOf(failure.getMessage()), failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UsageNotStoredException(
                    "The thread was interrupted while its usage was being written, so whether it is stored is not known."
                            + " Record it again with the same key: it counts once.",
                    e);
        }
    }

    void succeed(Executor tellers) {
        stored.complete(null);
        tell(tellers, watcher -> watcher.complete(null));
    }

    void fail(UsageNotStoredException failure, Executor tellers) {
        stored.completeExceptionally(failure);
        tell(tellers, watcher -> watcher.completeExceptionally(failure));
    }

    private void tell(Executor tellers, Consumer<CompletableFuture<Void>> told) {
        if (watchers.isEmpty()) {
            return;
        }
        Runnable all = () -> watchers.forEach(told);
        try {
            tellers.execute(all);
        } catch (RuntimeException | Error noThread) {
            // Such as where a container allows no further thread. Somebody has to tell.
            all.run();
        }
    }
}
