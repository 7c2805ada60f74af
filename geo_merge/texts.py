"""Every text of page and map in Vietnamese and English, and numbers as each writes them."""

from __future__ import annotations

from typing import Literal, get_args

from babel.numbers import format_decimal

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# key: (Vietnamese, English). Keys that begin with "map." go to the map, without the "map.".
TEXTS: dict[str, tuple[str, str]] = {
    # The map
    "map.before": ("Trước", "Before"),
    "map.after": ("Sau", "After"),
    "map.before_title": ("Trước: {count} đơn vị", "Units before: {count}"),
    "map.after_title": ("Sau: {count} đơn vị", "Units after: {count}"),
    "map.schematic": (
        "Ranh giới dạng sơ đồ, không chính thức: vẽ theo vị trí của các xã.",
        "Schematic boundaries, not official: built from the positions of the communes.",
    ),
    "map.errors": (
        "Còn {count} lỗi: ranh giới đơn vị mới chưa được kiểm chứng.",
        "Errors: {count}. The boundaries of the new units are not proven.",
    ),
    "map.mode": ("Cách so sánh", "How to compare"),
    "map.dual": ("Song song", "Side by side"),
    "map.swipe": ("Kéo rèm", "Swipe"),
    "map.overlay": ("Chồng lớp", "Overlay"),
    "map.curtain": ("Rèm giữa trước và sau", "Curtain between before and after"),
    "map.opacity": ("Độ rõ của lớp sau", "Opacity of after"),
    "map.colour": ("Tô màu theo", "Colour by"),
    "map.theme_units": ("Đơn vị mới", "New units"),
    "map.theme_members": ("Số đơn vị hợp thành", "Members"),
    "map.theme_area": ("Diện tích", "Area"),
    "map.theme_population": ("Dân số", "Population"),
    "map.theme_density": ("Mật độ dân số", "Density"),
    "map.theme_growth": ("Mức mở rộng", "Change in size"),
    "map.theme_declared": ("Chênh với công bố", "Against declared"),
    "map.legend_units": (
        "Xã cũ mang màu của đơn vị mới",
        "Old units have the colour of their new one",
    ),
    "map.legend_members": ("Số đơn vị cũ hợp thành", "Old units that became one"),
    "map.legend_area": ("Diện tích (km²)", "Area (km²)"),
    "map.legend_population": ("Dân số (người)", "Population (people)"),
    "map.legend_density": ("Mật độ (người/km²)", "Density (people/km²)"),
    "map.legend_growth": (
        "Diện tích đơn vị mới so với đơn vị cũ (lần)",
        "Area of the new unit by that of the old one (times)",
    ),
    "map.legend_declared": (
        "Diện tích bản đồ so với công bố (%)",
        "Area on the map against the declared one (%)",
    ),
    "map.labels": ("Tên", "Names"),
    "map.lines": ("Huyện, tỉnh", "Districts, provinces"),
    "map.findings": ("Phát hiện", "Findings"),
    "map.tiles": ("Nền OpenStreetMap (cần internet)", "OpenStreetMap (needs internet)"),
    "map.home": ("Toàn cảnh", "Whole area"),
    "map.search": ("Tìm tên hoặc mã, không cần dấu", "Find a name or code"),
    "map.nothing": ("Không tìm thấy đơn vị nào.", "No unit found."),
    "map.no_figure": ("Không có số liệu", "No figure"),
    "map.all": ("Tất cả", "All"),
    "map.close": ("Đóng", "Close"),
    "map.became": ("Đã thành", "Became"),
    "map.made_of": ("Hợp thành từ {count} đơn vị", "Members: {count}"),
    "map.code": ("Mã", "Code"),
    "map.district": ("Huyện", "District"),
    "map.area": ("Diện tích", "Area"),
    "map.declared_area": ("Diện tích công bố", "Declared area"),
    "map.population": ("Dân số", "Population"),
    "map.declared_population": ("Dân số công bố", "Declared population"),
    "map.density": ("Mật độ", "Density"),
    "map.km2": ("km²", "km²"),
    "map.per_km2": ("người/km²", "people/km²"),
    "map.people": ("người", "people"),
    "map.percent": ("%", "%"),
    "map.times": ("lần", "times"),
    "map.north": ("B", "N"),
    # The pages
    "page.map": ("Bản đồ", "Map"),
    "page.statistics": ("Thống kê", "Statistics"),
    "page.checks": ("Kiểm tra", "Checks"),
    "page.data": ("Dữ liệu của bạn", "Your data"),
    "page.download": ("Tải về", "Downloads"),
    "ui.language": ("Ngôn ngữ", "Language"),
    "ui.sample": (
        "Dữ liệu mẫu: Bắc Giang và Bắc Ninh cũ hợp thành tỉnh Bắc Ninh mới.",
        "The sample: old Bắc Giang and old Bắc Ninh become the new Bắc Ninh.",
    ),
    "ui.errors_stand": ("{count} lỗi", "Errors: {count}"),
    "ui.shows": ("Dữ liệu: {title}", "Data: {title}"),
    "ui.all_units": ("Tất cả đơn vị", "All units"),
    "ui.units": ("Số đơn vị", "Units"),
    "ui.districts": ("Cấp huyện", "Districts"),
    "ui.provinces": ("Cấp tỉnh", "Provinces"),
    "ui.province": ("Tỉnh", "Province"),
    "ui.name": ("Tên", "Name"),
    "ui.type": ("Loại", "Type"),
    "ui.choose": (
        "Chọn một đơn vị trên bản đồ hoặc tìm tên để xem đơn vị đó gồm những xã nào và căn cứ.",
        "Choose a unit on the map, or find it by name, to see what it was made of and why.",
    ),
    "ui.neighbours": ("Đơn vị giáp ranh", "Neighbours"),
    "ui.row": ("Dòng bảng quy đổi", "Crosswalk row"),
    "ui.matched_by": ("Khớp theo", "Matched by"),
    "ui.share": ("Phần", "Share"),
    "ui.clause": ("Khoản", "Clause"),
    "ui.evidence": ("Căn cứ", "Evidence"),
    "ui.words": ("Nguyên văn", "Words"),
    "ui.download": ("Tải", "Download"),
    # Statistics
    "ui.headline": ("Trước và sau", "Before and after"),
    "ui.change_percent": ("Thay đổi (%)", "Change (%)"),
    "ui.by_type": ("Theo loại đơn vị", "By type"),
    "ui.distribution": ("Phân bố", "Distribution"),
    "ui.ranking": ("Xếp hạng đơn vị mới", "Ranking of the new units"),
    "ui.measure": ("Chỉ tiêu", "Measure"),
    "ui.smallest": ("Nhỏ nhất trước", "Smallest first"),
    "ui.new_units": ("Đơn vị mới", "New units"),
    "ui.rows_shown": ("{count} trên {all} dòng", "{count} of {all} rows"),
    "ui.unit_type": ("Loại", "Type"),
    "ui.member_count": ("Số đơn vị cũ", "Members"),
    "ui.members": ("Mã đơn vị cũ", "Codes of members"),
    "ui.member_names": ("Đơn vị cũ", "Names of members"),
    "ui.pieces": ("Phần đất không mã", "Pieces of land"),
    "ui.area_km2": ("Diện tích (km²)", "Area (km²)"),
    "ui.population": ("Dân số", "Population"),
    "ui.density": ("Mật độ (người/km²)", "Density (people/km²)"),
    "ui.method": ("Cách gộp", "Method"),
    "ui.declared_area_km2": ("Diện tích công bố (km²)", "Declared area (km²)"),
    "ui.area_km2_difference": ("Chênh diện tích (km²)", "Area less declared (km²)"),
    "ui.area_km2_difference_percent": ("Chênh diện tích (%)", "Area less declared (%)"),
    "ui.declared_population": ("Dân số công bố", "Declared population"),
    "ui.population_difference": ("Chênh dân số", "Population less declared"),
    "ui.population_difference_percent": ("Chênh dân số (%)", "Population less declared (%)"),
    "ui.reference_area_km2": ("Diện tích đối chiếu (km²)", "Area of the reference (km²)"),
    "ui.reference_difference_m2": ("Khác đối chiếu (m²)", "Differs from the reference (m²)"),
    "ui.verdict": ("Kết luận", "Verdict"),
    "ui.gained_m2": ("Được thêm (m²)", "Gained (m²)"),
    "ui.lost_m2": ("Bị bớt (m²)", "Lost (m²)"),
    "ui.distance_m": ("Xa nhất (m)", "Greatest distance (m)"),
    "ui.counterparts": ("Đơn vị liên quan", "Counterparts"),
    "ui.explanation": ("Giải thích (tiếng Anh)", "Explanation"),
    "ui.iou": ("Trùng khớp (IoU)", "Agreement (IoU)"),
    # Checks
    "ui.error": ("Lỗi", "Errors"),
    "ui.warning": ("Cảnh báo", "Warnings"),
    "ui.info": ("Ghi nhận", "Notes"),
    "ui.check": ("Kiểm tra", "Check"),
    "ui.message": ("Nội dung (tiếng Anh)", "Message"),
    "ui.value": ("Giá trị", "Value"),
    "ui.hint": ("Gợi ý (tiếng Anh)", "Hint"),
    "ui.no_findings": ("Không phát hiện điều gì.", "Nothing was found."),
    "ui.ledger": ("Sổ đối chiếu vào và ra", "Ledger: what went in and what came out"),
    "ui.ledger_help": (
        "Mỗi đơn vị, mỗi người và mỗi mét vuông đưa vào đều phải có ở kết quả.",
        "Every unit, person and square metre that went in must have come out.",
    ),
    "ui.quantity": ("Đại lượng", "Quantity"),
    "ui.before": ("Trước", "Before"),
    "ui.after": ("Sau", "After"),
    "ui.difference": ("Chênh lệch", "Difference"),
    "ui.tolerance": ("Dung sai", "Tolerance"),
    "ui.ok": ("Đạt", "OK"),
    "ui.reconciliation": ("Đối chiếu với nguồn khác", "Reconciliation with other sources"),
    "ledger.units": ("Đơn vị", "Units"),
    "ledger.pieces": ("Phần đất không mã", "Pieces of land"),
    "ledger.crosswalk_rows": ("Dòng bảng quy đổi", "Crosswalk rows"),
    "ledger.area_m2": ("Diện tích (m²)", "Area (m²)"),
    "ledger.area_claimed_twice_m2": ("Diện tích chồng lấn (m²)", "Area claimed twice (m²)"),
    "ledger.population": ("Dân số", "Population"),
    "ledger.seam_largest_move_m": (
        "Dịch chuyển lớn nhất ở mép tệp (m)",
        "Largest move along the seam (m)",
    ),
    "ledger.seam_area_change_m2": (
        "Đổi diện tích ở mép tệp (m²)",
        "Change of area along the seam (m²)",
    ),
    "ledger.repair_gaps_filled_m2": ("Khe hở đã lấp (m²)", "Gaps filled (m²)"),
    "ledger.repair_overlaps_settled_m2": ("Chồng lấn đã xử lý (m²)", "Overlaps settled (m²)"),
    "ledger.repair_edges_matched_m2": ("Cạnh đã khớp (m²)", "Edges matched (m²)"),
    "ledger.repair_largest_move_m": ("Dịch chuyển lớn nhất khi sửa (m)", "Largest move (m)"),
    "ledger.repair_area_m2": ("Diện tích đổi khi sửa (m²)", "Area changed by repair (m²)"),
    "ledger.repair_area_accounted_m2": ("Diện tích sửa có kê khai (m²)", "Of it accounted (m²)"),
    "check.F01": ("Nội dung khác phần mở rộng", "Content is not what the name says"),
    "check.F02": ("Thiếu tệp kèm theo", "Part of a file missing"),
    "check.F03": (
        "Tệp không trọn vẹn: hỏng, bị cắt hoặc chỉ là một phần",
        "File not whole: damaged, cut off or a part",
    ),
    "check.F04": ("Các phần của tệp không khớp", "Parts of a file disagree"),
    "check.F05": ("Bảng mã chữ", "Encoding"),
    "check.F06": ("Nhiều lớp trong tệp", "Several layers or sheets"),
    "check.F07": ("Không có đối tượng", "No features"),
    "check.R01": ("Thiếu hệ tọa độ", "No coordinate system"),
    "check.R02": ("Tọa độ trái với hệ tọa độ", "Coordinates contradict the coordinate system"),
    "check.R03": ("Ngoài khu vực dự kiến", "Outside the expected area"),
    "check.R04": ("Tọa độ bị làm tròn", "Rounded coordinates"),
    "check.R05": ("Mặt phẳng tính toán", "Plane to work in"),
    "check.R06": ("Nằm hai bên kinh tuyến 180°", "On both sides of 180°"),
    "check.R07": ("Cạnh dài cong trên mặt phẳng chiếu", "Straight edges curved in the plane"),
    "check.G01": ("Thiếu hình học", "No geometry"),
    "check.G02": ("Đỉnh không phải là số", "Vertex that is no number"),
    "check.G03": ("Không phải đa giác", "Not a polygon"),
    "check.G04": ("Hình học không hợp lệ", "Invalid geometry"),
    "check.G05": ("Không có diện tích, hoặc mảnh vụn", "No area, or a crumb"),
    "check.G06": ("Nằm ngoài phần còn lại", "Outside the rest"),
    "check.G07": ("Gai nhọn", "Spike"),
    "check.G08": ("Mảnh rất nhỏ", "Tiny part"),
    "check.G09": ("Chiều của vòng", "Ring order"),
    "check.G11": ("Đơn vị mới gồm nhiều mảnh", "New unit in several parts"),
    "check.G12": ("Xa đơn vị cấp trên", "Far from its parent"),
    "check.C01": ("Khe hở hẹp", "Sliver gap"),
    "check.C02": ("Khe hở rộng hoặc lỗ", "Gap or hole"),
    "check.C03": ("Chồng lấn hẹp", "Sliver overlap"),
    "check.C04": ("Chồng lấn", "Overlap"),
    "check.C05": ("Đường ranh vẽ bằng các đỉnh khác nhau", "Border drawn with different vertices"),
    "check.C06": ("Khác ranh giới đối chiếu hoặc đường bao", "Differs from reference or outline"),
    "check.C07": ("Khe ăn vào từ mép ngoài", "Inlet at the outer edge"),
    "check.C08": ("Đất thuộc đơn vị khác", "Land that lies in another unit"),
    "check.K01": ("Thiếu mã hoặc trường mã", "Code or its field missing"),
    "check.K02": ("Mã được chuẩn hóa", "Code normalised"),
    "check.K03": ("Mã trùng", "Code doubled"),
    "check.K04": ("Đơn vị cũ không rõ", "Unknown old unit"),
    "check.K05": ("Đơn vị không có dòng", "Unit without a row"),
    "check.K06": ("Trùng tên trong cùng đơn vị cấp trên", "Name doubled within a parent"),
    "check.K07": ("Mã khác dạng", "Code of another form"),
    "check.K08": ("Tên hoặc huyện không khớp", "Name or district disagrees"),
    "check.K09": ("Mã của thời điểm khác", "Code of another vintage"),
    "check.W01": ("Mã hoặc tên mới để trống", "New code or name blank"),
    "check.W02": ("Dòng lặp lại", "Row repeated"),
    "check.W03": ("Tên và mã mâu thuẫn", "Names and codes in conflict"),
    "check.W04": ("Tỷ phần", "Shares"),
    "check.W05": ("Đơn vị bị chia", "Divided unit"),
    "check.W06": ("Mã được dùng lại", "Code reused"),
    "check.W07": ("Tiêu đề hoặc nội dung của bảng", "Headings or content of a table"),
    "check.W08": ("Dòng sai dạng", "Row malformed"),
    "check.W09": ("Ô gộp hoặc hàng ẩn", "Merged cells or hidden rows"),
    "check.W10": ("Đơn vị mới thuộc hai tỉnh", "New unit in two provinces"),
    "check.W11": ("Ô có kiểu dữ liệu khác", "Cell of another kind"),
    "check.X04": ("Ký tự lạ trong tên", "Odd characters in names"),
    "check.A01": ("Quy tắc của các trường", "Rules of the fields"),
    "check.A02": ("Trường thiếu số liệu", "Field with gaps"),
    "check.A03": ("Dân số bằng 0", "Population of 0"),
    "check.A04": ("Số liệu không phải số dân", "Figures that are no numbers of people"),
    "check.A05": ("Mật độ không nơi nào có", "Denser than any place"),
    "check.A06": ("Dân số của nhiều kỳ thống kê", "People of several counts"),
    "check.A07": ("Số có thể không phải số đếm", "Numbers that may be no counts"),
    "check.A08": ("Diện tích ghi sẵn khác diện tích vẽ", "Stored area differs from the drawn"),
    "check.D01": ("Khác số liệu công bố", "Declared figure differs"),
    "check.D02": ("Mã chỉ có ở một bên", "Code on one side only"),
    "check.D03": (
        "Hai đơn vị giáp nhau bù trừ",
        "Declared areas of two neighbours differ by the same land",
    ),
    "check.D04": ("Khác dân số công bố", "Declared people differ"),
    "check.M01": ("Đã sửa", "Repaired"),
    "check.M02": ("Sửa quá mức", "Emptied or moved too far by a repair"),
    "check.M03": ("Quyết định không còn đối tượng", "Decision on a defect that is not there"),
    "check.M04": ("Bị chia khi sửa", "Cut into parts by a repair"),
    "check.M05": ("Quyết định không dùng được", "Decision that cannot be used"),
    "check.M06": ("Vẫn không khớp sau khi sửa", "Does not fit after a repair"),
    "check.P01": ("Đầu vào không được dùng đúng một lần", "Input not used once"),
    "check.P02": ("Diện tích hoặc số đếm không được giữ nguyên", "Area or count not kept"),
    "check.P03": (
        "Kết quả không là lớp phủ, hoặc đọc lại bị khác",
        "Result is no coverage, or reads back different",
    ),
    "check.P04": ("Hình vẽ trên bản đồ khác tệp", "Drawing on the map"),
    "check.S01": ("Đường dẫn trong tệp nén", "Path in an archive"),
    "check.S02": ("Giải nén quá lớn", "Inflates too much"),
    "check.S03": ("Nội dung nằm ở tệp khác", "Content that stands in other files"),
    "check.S04": ("Khung nhìn hoặc bảng ảo", "View or virtual table"),
    "check.S05": ("Quá lớn", "Too large"),
    "check.S06": (
        "Dừng đọc tệp: quá lâu, quá bộ nhớ hoặc sự cố",
        "Reading stopped: time, memory or a crash",
    ),
    "verdict.same": ("Giống nhau", "Same"),
    "verdict.drawing noise": ("Sai khác nét vẽ", "Drawing noise"),
    "verdict.moved land": ("Đất chuyển đơn vị", "Moved land"),
    "verdict.declared figure differs": ("Số công bố khác", "Declared figure differs"),
    # Your data
    "ui.data_help": (
        "Kéo thả ranh giới trước sáp nhập và bảng quy đổi; tệp chỉ được xử lý trên máy chủ này.",
        "Drag in the boundaries before the merger and the crosswalk; files stay on this server.",
    ),
    "ui.upload_layers": (
        "Ranh giới các xã cũ (một hoặc nhiều lớp): {formats}; lớp gồm nhiều tệp thì kéo thả cả bộ",
        "Boundaries of the old units (one or several layers): {formats}; all files of each",
    ),
    "ui.upload_crosswalk": (
        "Bảng quy đổi: old_code, new_code, new_name, new_type (CSV hoặc XLSX)",
        "Crosswalk: old_code, new_code, new_name, new_type (CSV or XLSX)",
    ),
    "ui.upload_reference": (
        "Ranh giới đối chiếu của đơn vị mới (không bắt buộc)",
        "Reference boundaries of the new units (optional)",
    ),
    "ui.upload_declared": (
        "Số liệu công bố: new_code, area_km2, population (không bắt buộc)",
        "Declared figures: new_code, area_km2, population (optional)",
    ),
    "ui.back_to_sample": ("Quay lại dữ liệu ban đầu", "Back to what the page opened with"),
    "ui.options": ("Trường, hệ tọa độ, bảng mã", "Fields, coordinate system, encoding"),
    "ui.code_field": ("Trường mã", "Field with codes"),
    "ui.name_field": ("Trường tên", "Field with names"),
    "ui.population_field": ("Trường dân số", "Field with people"),
    "ui.reference_code_field": ("Trường mã của ranh giới công bố", "Field with codes, published"),
    "ui.encoding": ("Bảng mã chữ", "Encoding"),
    "ui.layer": ("Lớp dữ liệu", "Layer"),
    "ui.choose_layer": ("Chọn lớp …", "Choose a layer …"),
    "ui.by_itself": ("Tự nhận biết", "Found by itself"),
    "ui.looking": ("Đang xem tệp …", "Looking into the files …"),
    "ui.queued": (
        "Máy chủ đang bận: bạn đứng thứ {place} trong hàng chờ, việc sẽ tự bắt đầu khi đến lượt.",
        "The server is busy: you are number {place} in the queue, and it starts by itself.",
    ),
    "ui.recognised": ("Đã nhận ra", "Recognised"),
    "ui.file": ("Tệp", "File"),
    "ui.crs": ("Hệ tọa độ", "Coordinate system"),
    "ui.field_code": ("Mã", "Code"),
    "ui.field_name": ("Tên", "Name"),
    "ui.field_unit_type": ("Loại", "Type"),
    "ui.field_district_code": ("Mã huyện", "District code"),
    "ui.field_district": ("Huyện", "District"),
    "ui.field_province_code": ("Mã tỉnh", "Province code"),
    "ui.field_province": ("Tỉnh", "Province"),
    "ui.field_population": ("Dân số", "Population"),
    "ui.notes": ("Ghi nhận khi đọc", "Notes of the reading"),
    "ui.no_crosswalk": (
        "Thêm bảng quy đổi để biết mỗi đơn vị cũ thành đơn vị nào.",
        "Add the crosswalk, which says what became of each old unit.",
    ),
    "ui.not_matched": ("Chưa khớp ({count})", "What does not match ({count})"),
    "ui.all_matched": (
        "Mọi đơn vị cũ đều có một dòng trong bảng quy đổi.",
        "Every old unit has its row in the crosswalk.",
    ),
    "ui.merge": ("Sáp nhập", "Merge"),
    "ui.merging": ("Đang sáp nhập …", "Merging …"),
    "ui.merged": (
        "Đã sáp nhập. Xem bản đồ, thống kê, kiểm tra và tải về ở các trang trên.",
        "Merged. See the map, statistics, checks and downloads on the pages above.",
    ),
    "ui.cannot_merge": (
        "Chưa thể sáp nhập; kết quả trước đó vẫn được giữ.",
        "This cannot be merged yet; the result shown before is kept.",
    ),
    "ui.problem": ("Vấn đề (tiếng Anh)", "Problem"),
    "step.Reading": ("Đọc tệp", "Reading"),
    "step.Matching the crosswalk": ("Khớp bảng quy đổi", "Matching the crosswalk"),
    "step.Checking the layer": ("Kiểm tra ranh giới", "Checking the layer"),
    "step.Dissolving": ("Gộp đơn vị", "Dissolving"),
    "step.Dissolving districts and provinces": ("Gộp huyện, tỉnh", "Dissolving parents"),
    "step.Drawing": ("Vẽ bản đồ", "Drawing"),
    "step.Comparing": ("Đối chiếu", "Comparing"),
    # Downloads
    "ui.everything": ("Tất cả trong một tệp", "Everything in one file"),
    "ui.single_files": ("Từng tệp", "Single files"),
    "ui.has_errors": (
        (
            "Còn {count} lỗi, xem trang Kiểm tra. Chưa xuất ranh giới đơn vị mới (new_units) "
            "và bản đồ (map.html)."
        ),
        (
            "Errors: {count}; see Checks. The boundaries of the new units (new_units) and the map "
            "(map.html) are not written."
        ),
    ),
    "ui.allow_errors": ("Vẫn xuất dù có lỗi", "Write them in spite of errors"),
    "file.geo_merge.zip": (
        "Mọi tệp kết quả, kèm sổ đối chiếu và lý lịch dữ liệu",
        "All files of the result, with ledger and manifest",
    ),
    "file.new_units.geojson": ("Đơn vị mới, GeoJSON", "New units, GeoJSON"),
    "file.old_units.geojson": ("Đơn vị cũ, GeoJSON", "Old units, GeoJSON"),
    "file.findings.geojson": ("Phát hiện, GeoJSON", "Findings, GeoJSON"),
    "file.new_units.shp.zip": ("Đơn vị mới, Shapefile nén", "New units, zipped Shapefile"),
    "file.new_units.gpkg": ("Mọi lớp, GeoPackage", "All layers, GeoPackage"),
    "file.new_units.fgb": ("Đơn vị mới, FlatGeobuf", "New units, FlatGeobuf"),
    "file.new_units.parquet": ("Đơn vị mới, GeoParquet", "New units, GeoParquet"),
    "file.new_units.csv": ("Bảng đơn vị mới, CSV", "Table of the new units, CSV"),
    "file.new_units.xlsx": (
        "Thống kê, bảng quy đổi, sổ đối chiếu, phát hiện: XLSX",
        "Statistics, crosswalk, ledger and findings, XLSX",
    ),
    "file.map.html": (
        "Bản đồ trước và sau, một tệp mở không cần internet",
        "Map of before and after, one file that opens without internet",
    ),
}


def as_language(text: object) -> Language:
    """Return the language that a text names; Vietnamese if none."""
    return next((language for language in LANGUAGES if language == text), LANGUAGES[0])


def say(key: str, language: Language, **values: object) -> str:
    """Return a text in a language, its ``{names}`` filled in."""
    text = TEXTS[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text


def map_texts() -> dict[str, dict[str, str]]:
    """Return the texts of the map by language."""
    return {
        language: {
            key.removeprefix("map."): texts[k]
            for key, texts in TEXTS.items()
            if key.startswith("map.")
        }
        for k, language in enumerate(LANGUAGES)
    }


def number(value: float, language: Language, digits: int = 0) -> str:
    """Return a number as a language writes it: 4.718,61 or 4,718.61."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=language))


_UNSEEN = 0.005  # per cent: what two decimals do not show


def change(before: float, after: float, language: Language) -> str:
    """Return by how much a figure changed: −68.37 %, +66.67 %, ±0.00 %; nothing if from nothing."""
    if not before:
        return ""
    percent = 100 * (after - before) / before
    sign = "−" if percent <= -_UNSEEN else "+" if percent >= _UNSEEN else "±"
    return f"{sign}{number(abs(percent), language, 2)} %"
