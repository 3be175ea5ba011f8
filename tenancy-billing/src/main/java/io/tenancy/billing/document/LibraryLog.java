package io.tenancy.billing.document;

import com.openhtmltopdf.util.Diagnostic;
import com.openhtmltopdf.util.XRLogger;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What openhtmltopdf says, to SLF4J. It warns of each property of CSS that only browsers know, so that is for debugging. */
final class LibraryLog implements XRLogger {

    @Override
    public void log(String where, Level level, String message) {
        log(where, level, message, null);
    }

    @Override
    public void log(String where, Level level, String message, @Nullable Throwable cause) {
        Logger logger = LoggerFactory.getLogger(where);
        if (isSevere(level)) {
            logger.warn(message, cause);
        } else {
            logger.debug(message, cause);
        }
    }

    @Override
    public void setLevel(String logger, Level level) {
        // Levels are set where the application sets those of its other loggers.
    }

    @Override
    public boolean isLogLevelEnabled(Diagnostic diagnostic) {
        Logger logger = LoggerFactory.getLogger(diagnostic.getLogMessageId().getWhere());
        return isSevere(diagnostic.getLevel()) ? logger.isWarnEnabled() : logger.isDebugEnabled();
    }

    private static boolean isSevere(Level level) {
        return level.intValue() >= Level.SEVERE.intValue();
    }
}
