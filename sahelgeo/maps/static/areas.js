/* Areas filled by class, with a digit inside as second cue. */
sahelgeo.kinds.areas = function (sheet, layer, map) {
    "use strict";
    var look = sheet.document.style.areas;
    var polygons = layer.areas.map(function (area, number) {
        var drawn = layer.classes[layer.class_of[number]];
        var polygon = L.polygon(sheet.latLngs(area), {
            pane: "sg-areas", smoothFactor: 0, className: "sg-area",
            color: look.border, weight: look.border_width, fillColor: sheet.pattern(drawn.colour, drawn.hatch), fillOpacity: 1
        });
        polygon.bindTooltip(sheet.element("span", "", [layer.names[number] + sheet.words.colon + " " + drawn.label]), { sticky: true });
        polygon.bindPopup(function () { return sheet.popup(layer, number); });
        polygon.on("mouseover popupopen", function () { polygon.setStyle({ color: look.highlight, weight: look.highlight_width }).bringToFront(); });
        polygon.on("mouseout popupclose", function () { if (!polygon.isPopupOpen()) polygon.setStyle({ color: look.border, weight: look.border_width }); });
        return polygon;
    });
    var digits = layer.digits.map(function (digit, number) {
        if (!digit) return null;
        var text = sheet.element("span", "sg-digit", [digit]);
        text.style.color = layer.classes[layer.class_of[number]].text;
        text.style.setProperty("--sg-halo", layer.classes[layer.class_of[number]].colour);
        var icon = L.divIcon({ className: "sg-digit-place", iconSize: [0, 0], html: text });
        return { text: text, polygon: polygons[number], place: layer.places[number], marker: L.marker([layer.places[number][1], layer.places[number][0]], { pane: "sg-labels", icon: icon, interactive: false, keyboard: false }) };
    }).filter(Boolean);
    var group = L.featureGroup(polygons.concat(digits.map(function (digit) { return digit.marker; })));

    /* A digit makes room for a circle on the same point, and hides where its area is too small to hold it. */
    function arrange() {
        digits.forEach(function (digit) {
            var box = digit.polygon._pxBounds;
            var size = box ? box.getSize() : { x: 0, y: 0 };
            var radius = sheet.radii[digit.place.join()] || 0;
            var shift = radius ? -(radius * 0.72 + 8) : 0;
            digit.text.style.display = Math.min(size.x, size.y) < 18 ? "none" : "";
            digit.text.style.transform = "translate(calc(-50% + " + shift + "px), calc(-50% + " + shift + "px))";
        });
    }
    group.on("add", function () { map.on("zoomend sahelgeo:layers", arrange); setTimeout(arrange, 0); });
    group.on("remove", function () { map.off("zoomend sahelgeo:layers", arrange); });
    return group;
};
