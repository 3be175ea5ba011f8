package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.plan.ClinicPlan;
import io.tenancy.samples.cms.site.Site;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Sends figures to open usage pages while they change. A stream belongs to the clinic and the session that opened it and
 * ends with the session. A clinic has few of them at once, far fewer than the requests that may run at once, and a reader
 * that does not read holds up nobody else's stream.
 */
@Component
class UsageStreams implements SmartLifecycle {

    /** How many streams a clinic may have open on this node. */
    static final int OF_A_CLINIC = 8;

    private static final Logger log = LoggerFactory.getLogger(UsageStreams.class);
    private static final int OF_ALL = 200;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    // The browser connects again by itself; what was meanwhile decided about the clinic then holds for the stream, too.
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Duration IDLE_THREAD = Duration.ofSeconds(30);

    private final ClinicPlan plan;
    private final UsageFigures figures;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private @Nullable ScheduledExecutorService beats;
    private @Nullable ThreadPoolExecutor senders;

    UsageStreams(ClinicPlan plan, UsageFigures figures) {
        this.plan = plan;
        this.figures = figures;
    }

    /**
     * Opens a stream for the current clinic.
     *
     * @param site in whose language the figures are told
     * @param session with which the stream ends
     * @return what Spring answers the request with
     * @throws ResponseStatusException with 429 if the clinic, or this node, has too many open
     */
    SseEmitter open(Site site, HttpSession session) {
        Object clinic = plan.clinic();
        SseEmitter emitter = new SseEmitter(LONGEST.toMillis());
        Stream stream = new Stream(clinic, session, emitter);
        Runnable work = plan.forThisClinic(() -> stream.send(figures, site));
        synchronized (this) {
            long own = open.stream().filter(each -> each.clinic.equals(clinic)).count();
            if (own >= OF_A_CLINIC || open.size() >= OF_ALL) {
                throw new ResponseStatusException(
                        HttpStatus.TOO_MANY_REQUESTS, "Too many usage pages are open; close one and reload");
            }
            if (beats == null || senders == null) {
                throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "The application is stopping");
            }
            ThreadPoolExecutor pool = senders;
            open.add(stream);
            emitter.onCompletion(() -> forget(stream));
            emitter.onError(broken -> forget(stream));
            emitter.onTimeout(emitter::complete);
            stream.beat = beats.scheduleWithFixedDelay(
                    () -> dispatch(pool, stream, work), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        }
        return emitter;
    }

    private static void dispatch(ThreadPoolExecutor pool, Stream stream, Runnable work) {
        if (stream.sending.compareAndSet(false, true)) {
            try {
                pool.execute(work);
            } catch (RejectedExecutionException busy) {
                stream.sending.set(false);
                log.debug("No thread is free to send figures; the next second will do", busy);
            }
        }
    }

    private synchronized void forget(Stream stream) {
        Future<?> beat = stream.beat;
        if (open.remove(stream) && beat != null) {
            beat.cancel(false);
        }
    }

    /**
     * Counts streams.
     *
     * @return how many are open on this node
     */
    int count() {
        return open.size();
    }

    @Override
    public synchronized void start() {
        ThreadFactory threads = threads("usage-stream-");
        beats = Executors.newSingleThreadScheduledExecutor(threads("usage-beat-"));
        senders = new ThreadPoolExecutor(
                0, OF_ALL, IDLE_THREAD.toSeconds(), TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
    }

    private static ThreadFactory threads(String prefix) {
        CustomizableThreadFactory factory = new CustomizableThreadFactory(prefix);
        factory.setDaemon(true);
        return factory;
    }

    // Before the web server waits for running requests: streams would never end by themselves.
    @Override
    public synchronized void stop() {
        if (beats != null) {
            beats.shutdownNow();
            beats = null;
        }
        if (senders != null) {
            senders.shutdown();
            senders = null;
        }
        for (Stream stream : Set.copyOf(open)) {
            stream.emitter.complete();
        }
        open.clear();
    }

    @Override
    public synchronized boolean isRunning() {
        return beats != null;
    }

    /** An open page. */
    private static final class Stream {

        private final Object clinic;
        private final HttpSession session;
        private final SseEmitter emitter;
        private final AtomicBoolean sending = new AtomicBoolean();
        private volatile @Nullable Future<?> beat;

        Stream(Object clinic, HttpSession session, SseEmitter emitter) {
            this.clinic = clinic;
            this.session = session;
            this.emitter = emitter;
        }

        void send(UsageFigures figures, Site site) {
            try {
                if (ended(session)) {
                    emitter.complete();
                    return;
                }
                UsageFigures.Figures now = figures.now(site);
                emitter.send(SseEmitter.event().name("figures").data(now, MediaType.APPLICATION_JSON));
            } catch (IOException | IllegalStateException gone) {
                log.debug("A usage page was closed", gone);
                emitter.complete();
            } catch (RuntimeException failed) {
                log.warn("The figures of a usage page cannot be read; the page will connect again", failed);
                emitter.complete();
            } finally {
                sending.set(false);
            }
        }

        private static boolean ended(HttpSession session) {
            try {
                session.getCreationTime();
                return false;
            } catch (IllegalStateException invalidated) {
                return true;
            }
        }
    }
}
