package io.tenancy.jpa.ratelimit;

import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimitStanding;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was used within the last window, counted per slice of a twentieth of it. Any window of the limit's length touches
 * at most 21 slices, wherever it begins; units are given only while those 21 together hold less than the capacity. So no
 * window ever holds more, and a unit comes back one window after its use plus at most one slice. Bucket4j has token
 * buckets only, and a bucket that kept this promise would have to keep half of the capacity back.
 *
 * <p>Time never runs backwards in it: a node whose clock is behind counts in the newest slice. Not safe for many threads.
 */
final class SlidingWindow {

    static final int SLICES = 20;

    private static final byte FORMAT = 1;
    private static final int HELD = SLICES + 1;
    private static final int LENGTH = 1 + Long.BYTES + Long.BYTES + HELD * Integer.BYTES;

    private long sliceMillis;
    private long newest;
    private final int[] counts = new int[HELD];

    SlidingWindow(RateLimit limit) {
        this.sliceMillis = sliceMillis(limit);
    }

    private static long sliceMillis(RateLimit limit) {
        return (limit.window().toMillis() + SLICES - 1) / SLICES;
    }

    /** Reads what {@link #encoded()} wrote; nothing, or what a newer version wrote, reads as an unused window. */
    static SlidingWindow decoded(byte @Nullable [] bytes, RateLimit limit) {
        SlidingWindow window = new SlidingWindow(limit);
        if (bytes != null && bytes.length == LENGTH && bytes[0] == FORMAT) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, LENGTH - 1);
            window.sliceMillis = Math.max(1, buffer.getLong());
            window.newest = buffer.getLong();
            for (int i = 0; i < HELD; i++) {
                window.counts[i] = buffer.getInt();
            }
        }
        return window;
    }

    byte[] encoded() {
        ByteBuffer buffer =
                ByteBuffer.allocate(LENGTH).put(FORMAT).putLong(sliceMillis).putLong(newest);
        for (int count : counts) {
            buffer.putInt(count);
        }
        return buffer.array();
    }

    RateLimitStanding take(RateLimit limit, long units, long now) {
        moveTo(now, sliceMillis(limit));
        long used = used();
        boolean admitted = used + units <= limit.capacity();
        if (admitted) {
            counts[indexOf(newest)] += (int) units;
            used += units;
        }
        return new RateLimitStanding(
                limit,
                admitted,
                Math.max(0, limit.capacity() - used),
                admitted ? 0 : millisUntil(used + units - limit.capacity(), limit, now) * 1_000_000,
                used == 0 ? 0 : millisUntil(used, limit, now) * 1_000_000);
    }

    void giveBack(long units, long takenAt) {
        long slice = Math.min(newest, takenAt / sliceMillis);
        if (slice > newest - HELD && slice >= 0) {
            int index = indexOf(slice);
            counts[index] = (int) Math.max(0, counts[index] - units);
        }
    }

    /** How long a stored window counts for anything. */
    long millisToLive() {
        return sliceMillis * (HELD + 1);
    }

    private void moveTo(long now, long wantedSliceMillis) {
        if (sliceMillis != wantedSliceMillis) {
            resize(now, wantedSliceMillis);
        }
        long slice = now / sliceMillis;
        if (slice - newest >= HELD) {
            Arrays.fill(counts, 0);
        } else {
            for (long passed = newest + 1; passed <= slice; passed++) {
                counts[indexOf(passed)] = 0;
            }
        }
        newest = Math.max(newest, slice);
    }

    /** Another window's length: what is used now counts as used just now. */
    private void resize(long now, long wantedSliceMillis) {
        long at = Math.max(now, newest * sliceMillis);
        moveTo(at, sliceMillis);
        long used = used();
        Arrays.fill(counts, 0);
        sliceMillis = wantedSliceMillis;
        newest = at / sliceMillis;
        counts[indexOf(newest)] = (int) Math.min(Integer.MAX_VALUE, used);
    }

    private long used() {
        long sum = 0;
        for (int count : counts) {
            sum += count;
        }
        return sum;
    }

    /** Until when so many of the oldest units are back. */
    private long millisUntil(long units, RateLimit limit, long now) {
        long back = 0;
        for (long slice = newest - SLICES; slice <= newest; slice++) {
            back += slice < 0 ? 0 : counts[indexOf(slice)];
            if (back >= units) {
                return Math.max(1, (slice + HELD) * sliceMillis - now);
            }
        }
        return limit.window().toMillis();
    }

    private static int indexOf(long slice) {
        return (int) (slice % HELD);
    }
}
