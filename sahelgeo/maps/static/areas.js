/* Areas filled by class, with a digit inside as second cue. */
"use strict";
sahelgeo.kinds.areas = function (sheet, layer, map) {
    var look = sheet.document.style.areas, weight = look.border_width * (layer.areas.length > 200 ? 0.5 : 1);
    var outline = sahelgeo.outline(sheet, layer, map);
    /* Outlines without figures are places, and no more is said of them. */
    function said(number) { return layer.fields.length ? layer.classes[layer.class_of[number]].label : ""; }
    var polygons = layer.areas.map(function (area, number) {
        var polygon = area === null ? sahelgeo.settlement(sheet, layer, number) : sheet.shape(area, {
            pane: "sg-areas", interactive: true, className: "sg-area", color: layer.border, weight: weight, fillOpacity: 1
        });
        sheet.bind(layer, number, polygon, function () { return said(number); });
        polygon.on("mouseover popupopen", function () { outline.show(number); });
        polygon.on("mouseout popupclose", function () { if (!polygon.isPopupOpen()) outline.hide(number); });
        /* A second click closes: Leaflet would only move the popup. */
        var wasOpen = false;
        polygon.on("mousedown", function () { wasOpen = polygon.isPopupOpen(); });
        polygon.on("click", function () { if (wasOpen) polygon.closePopup(); });
        polygon.on("popupopen", function () { map.fire("sahelgeo:area", { area: area }); });
        polygon.on("popupclose", function () { map.fire("sahelgeo:area", { area: null }); });
        return polygon;
    });
    var labels = sahelgeo.areaLabels(sheet, layer, polygons);
    var group = L.featureGroup(polygons.concat(labels.items.map(function (item) { return item.marker; })));
    /* Settlements take room from the digits of their areas. */
    var settlements = polygons.filter(function (polygon) { return polygon.aside; });
    labels.settled = {};
    settlements.forEach(function (one) { labels.settled[[one.getLatLng().lng, one.getLatLng().lat].join()] = true; });
    group.discs = function () { return settlements.map(function (one) { return { place: one.getLatLng(), aside: one.aside, radius: 9 }; }); };

    /* Fills, digits and spoken labels as the layer says now: a layer over time says it anew for each period. */
    group.refresh = function () {
        polygons.forEach(function (polygon, number) {
            var drawn = layer.classes[layer.class_of[number]];
            if (polygon.refresh) polygon.refresh(drawn);
            else polygon.setStyle({ fillColor: sheet.pattern(drawn.colour, drawn.hatch) });
            if (polygon.speak) polygon.speak();
            if (polygon.isPopupOpen()) polygon.getPopup().update();
        });
        labels.refresh();
    };

    group.covers = function (place) { return polygons.some(function (polygon) { return sahelgeo.inside(polygon, place); }); };
    group.open = function (number) {
        if (layer.areas[number] !== null) map.fitBounds(polygons[number].getBounds(), { maxZoom: map.getZoom() + 2, animate: false });
        polygons[number].openPopup(L.latLng(layer.places[number][1], layer.places[number][0]));
    };
    var edge = layer.unnamed ? null : sahelgeo.edge(sheet, layer);
    if (edge) group.addLayer(edge);
    function keys() {
        sahelgeo.keyboard(sheet, polygons.map(function (polygon, number) {
            return {
                drawn: polygon, place: layer.places[number],
                label: function () { return sheet.named(layer, number, said(number)); },
                seen: function (there) { if (there) outline.show(number); else if (!polygon.isPopupOpen()) outline.hide(number); }
            };
        }));
    }
    group.on("add", function () { keys(); sheet.labels.add(labels); });
    group.on("remove", function () { sheet.labels.remove(labels); });
    group.refresh();
    return group;
};

/* Whether a place lies in a polygon, of which a line from the place crosses the rings an odd number of times. */
sahelgeo.inside = function (polygon, place) {
    if (!polygon.getLatLngs || !polygon.getBounds().contains(place)) return false;
    var odd = false;
    polygon.getLatLngs().forEach(function (rings) {
        rings.forEach(function (ring) {
            for (var i = 0, before = ring[ring.length - 1]; i < ring.length; before = ring[i], i += 1) {
                var one = ring[i], crosses = (one.lat > place.lat) !== (before.lat > place.lat);
                if (crosses && place.lng < one.lng + (before.lng - one.lng) * (place.lat - one.lat) / (before.lat - one.lat)) odd = !odd;
            }
        });
    });
    return odd;
};

/* A line around all areas together: the borders that only one of them has. */
sahelgeo.edge = function (sheet, layer) {
    var look = sheet.document.style.areas, times = {};
    var arcs = layer.areas.filter(function (area) { return area !== null; }).flatMap(function (area) {
        return sheet.document.topology.geometries[area].flat(2).map(function (arc) { return arc < 0 ? -1 - arc : arc; });
    });
    arcs.forEach(function (arc) { times[arc] = (times[arc] || 0) + 1; });
    var lines = arcs.filter(function (arc) { return times[arc] === 1; }).map(function (arc) { return sheet.arcs[arc]; });
    return lines.length ? L.polyline(lines, { pane: "sg-edges", interactive: false, smoothFactor: 0, className: "sg-edge", color: look.edge, weight: look.edge_width }) : null;
};

/* A line around one area, above its neighbours. Moving the area itself to the front would take the keyboard's focus away from it. */
sahelgeo.outline = function (sheet, layer, map) {
    var look = sheet.document.style.areas, lines = {};
    return {
        show: function (number) {
            if (lines[number] || layer.areas[number] === null) return;
            lines[number] = sheet.shape(layer.areas[number], { pane: "sg-outlines", fill: false, color: look.highlight, weight: look.highlight_width }).addTo(map);
        },
        hide: function (number) {
            if (lines[number]) lines[number].remove();
            delete lines[number];
        }
    };
};
