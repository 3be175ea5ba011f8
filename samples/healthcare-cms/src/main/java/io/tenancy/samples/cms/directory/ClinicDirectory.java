package io.tenancy.samples.cms.directory;

import java.util.List;

/** Knows the clinics of this installation and where their data lives. */
public interface ClinicDirectory {

    /**
     * Lists the clinics that are open.
     *
     * @return cards in the order in which the landing page shows them
     */
    List<ClinicCard> list();
}
