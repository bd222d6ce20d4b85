"""The knowledge of sahelgeo: tables with a source for each row, and the embedded areas and samples."""
