/* A layer over time: one slider, one button to play. Each period is put into the layer's own description, and the layer of its kind draws it anew. */
"use strict";
sahelgeo.kinds.time = function (sheet, layer, map) {
    var shared = layer.fields;
    layer.kind = layer.of;
    layer.labelled = true;

    /* Put a period into the description that legend, popups and tables read. Nothing stays from the period before. */
    function describe(number) {
        var frame = layer.frames[number];
        ["subtitle", "notes", "values", "tooltips"].forEach(function (part) { layer[part] = frame[part]; });
        if (layer.kind === "areas") {
            sahelgeo.showPeriod(layer, frame);
            layer.marks = frame.marks || {};
            layer.legend_marks = frame.legend_marks;
            layer.classes.forEach(function (one) { one.count = 0; });
            layer.class_of.forEach(function (one, area) { if (layer.areas[area] !== null) layer.classes[one].count += 1; });
        }
        layer.fields = shared.map(function (field) { return { label: field.label, form: field.form, part: field.part, values: sahelgeo.valuesOf(layer, field, number) }; });
    }

    describe(layer.frames.length - 1);
    var group = sahelgeo.kinds[layer.of](sheet, layer, map);
    var slider = sahelgeo.slider(sheet, layer, function (number) {
        describe(number);
        group.refresh();
        sheet.legend.draw();
        sheet.renewTables();
        map.fire("sahelgeo:layers");
    });
    group.on("add remove", function (event) { slider(event.type === "add"); });
    return group;
};

sahelgeo.slider = function (sheet, layer, show) {
    var element = sheet.element, last = layer.frames.length - 1, at = last, timer = null;
    var control = L.control({ position: "bottomleft" }), box = null;
    var button = element("button", "sg-play", [], { type: "button" }), label = element("output", "sg-period");
    var input = element("input", "", [], { type: "range", min: 0, max: last, step: 1, "aria-label": layer.title + sheet.words.colon + " " + sheet.words.period });

    function write() {
        input.value = String(at);
        input.setAttribute("aria-valuetext", layer.labels[at]);
        label.textContent = layer.labels[at];
    }

    function go(number) {
        at = number;
        write();
        show(at);
    }

    function stop() {
        window.clearInterval(timer);
        timer = null;
        button.textContent = "\u25B6";
        button.setAttribute("aria-label", sheet.words.play);
    }

    function play() {
        if (timer !== null) { stop(); return; }
        if (at === last) go(0);
        button.textContent = "\u275A\u275A";
        button.setAttribute("aria-label", sheet.words.pause);
        timer = window.setInterval(function () {
            if (at < last) go(at + 1);
            if (at === last) stop();
        }, 1000);
    }

    button.addEventListener("click", play);
    input.addEventListener("input", function () { stop(); go(Number(input.value)); });
    stop();
    write();
    control.onAdd = function () {
        return (box = sheet.box("sg-slider", [element("div", "sg-slider-title", [layer.title]), label, element("div", "sg-slider-row", [button, input])]));
    };
    control.onRemove = stop;

    /* On a page of sahelgeo's own the sliders stand under the map, where they hide nothing of it; on a map of another's they are a control. */
    return function (there) {
        if (!sheet.bar) { if (there) control.addTo(sheet.map); else control.remove(); return; }
        if (there) sheet.bar.appendChild(control.onAdd(sheet.map));
        else { stop(); box.remove(); }
        sheet.refit();
    };
};
