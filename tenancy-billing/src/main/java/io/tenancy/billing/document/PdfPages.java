package io.tenancy.billing.document;

import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FSFontUseCase;
import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.outputdevice.helper.ExternalResourceControlPriority;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.util.XRLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.jspecify.annotations.Nullable;

/** Lays out documents on pages, by openhtmltopdf. */
final class PdfPages {

    private static final int REGULAR = 400;
    private static final String LIBERATION_SANS = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";
    private static final Set<FSFontUseCase> WHERE_OTHERS_LACK_IT = EnumSet.of(FSFontUseCase.FALLBACK_FINAL);

    static {
        // By itself it writes to the console, past whatever the application has set up.
        XRLog.setLoggerImpl(new LibraryLog());
    }

    private PdfPages() {}

    static void write(String xhtml, List<byte[]> fonts, OutputStream out) throws IOException {
        PdfRendererBuilder builder = new PdfRendererBuilder();
        builder.withHtmlContent(xhtml, null);
        builder.withProducer("io.tenancy");
        builder.useUriResolver((base, uri) -> onlyData(uri));
        builder.useExternalResourceAccessControl(
                (uri, type) -> onlyData(uri) != null, ExternalResourceControlPriority.RUN_BEFORE_RESOLVING_URI);
        builder.useExternalResourceAccessControl(
                (uri, type) -> onlyData(uri) != null, ExternalResourceControlPriority.RUN_AFTER_RESOLVING_URI);
        for (int i = 0; i < fonts.size(); i++) {
            byte[] font = fonts.get(i);
            builder.useFont(
                    () -> new ByteArrayInputStream(font),
                    "Font " + i,
                    REGULAR,
                    FontStyle.NORMAL,
                    true,
                    WHERE_OTHERS_LACK_IT);
        }
        // Under a name that no style sheet has, or it would come before the others.
        if (PDType0Font.class.getResource(LIBERATION_SANS) != null) {
            builder.useFont(
                    PdfPages::liberationSans,
                    "Font that comes last",
                    REGULAR,
                    FontStyle.NORMAL,
                    true,
                    WHERE_OTHERS_LACK_IT);
        }
        builder.toStream(out);
        builder.run();
    }

    private static @Nullable InputStream liberationSans() {
        return PDType0Font.class.getResourceAsStream(LIBERATION_SANS);
    }

    private static @Nullable String onlyData(@Nullable String uri) {
        return uri != null && uri.toLowerCase(Locale.ROOT).startsWith("data:image/") ? uri : null;
    }
}
