from time import perf_counter

import pytest

from desk.post import ABROAD
from models.places import Gazetteer
from models.text import cut


def codes(gazetteer: Gazetteer, text: str) -> list[tuple[str, ...]]:
    return [place.codes for place in gazetteer.find(text)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("广西藤县发生车祸", "450422"),
        ("甘肃临夏州积石山县连夜降雪", "622927"),
        ("湖南省永州市东安县停水", "431122"),
        ("内蒙古通辽暴雪", "150500"),
        ("青海海南州群众转移", "632500"),
        ("西藏阿里地区大风", "542500"),
        ("重庆武隆食堂坍塌", "500156"),
        ("上海浦东新区一工厂起火", "310115"),
        ("神农架林区封路", "429021"),
        ("台湾花莲地震", "710000"),
        ("香港大埔火灾", "810000"),
    ],
)
def test_the_most_specific_place_is_named(gazetteer: Gazetteer, text: str, code: str) -> None:
    assert codes(gazetteer, text) == [(code,)]


def test_a_name_shared_by_cities_keeps_its_candidates(gazetteer: Gazetteer) -> None:
    assert codes(gazetteer, "朝阳区一小区停电") == [("110105", "220104")]


def test_the_city_in_the_text_narrows_them(gazetteer: Gazetteer) -> None:
    assert codes(gazetteer, "长春市朝阳区一小区停电") == [("220104",)]
    assert codes(gazetteer, "朝阳区一小区停电，北京电力正在抢修") == [("110105",)]


def test_two_cities_each_narrow_their_own_district(gazetteer: Gazetteer) -> None:
    assert codes(gazetteer, "北京朝阳区和长春朝阳区都停电") == [("110105",), ("220104",)]


def test_the_widest_reading_of_a_bare_name_counts(gazetteer: Gazetteer) -> None:
    assert codes(gazetteer, "海南多地停水") == [("460000",)]
    assert codes(gazetteer, "临夏下雪") == [("622900",)]
    assert codes(gazetteer, "吉林市停水") == [("220200",)]


def test_a_list_of_provinces_is_no_province_with_its_district(gazetteer: Gazetteer) -> None:
    assert codes(gazetteer, "天津河北多地降雨") == [("120000",), ("130000",)]


@pytest.mark.parametrize(
    "text",
    [
        "千万别装大方",
        "愿世界和平",
        "新华字典又出新版",
        "梦回长安",
        "东方日出",
        "创新县域经济",
        "三天等来一个结果",
        "金银珠宝里的白银涨价",
        "祝大家安康",
        "来宾请入座",
        "阿里发布财报",
        "张海宁夺冠",
        "李永康官宣新剧",
        "南京路步行街人山人海",
        "昭通路的梧桐黄了",
        "一碗兰州拉面",
        "宁德时代股价上涨",
        "大理寺日志开播",
        "变成都市传说",
        "京东方出新屏幕",
        "比如今天的天气",
        "共和国勋章",
        "撒贝宁主持晚会",
    ],
)
def test_words_people_and_brands_are_no_places(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("贵州大方发生山体滑坡", "520521"),
        ("海南东方停水", "469007"),
        ("深圳龙华一工厂起火", "440309"),
        ("甘肃白银降温", "620400"),
    ],
)
def test_a_common_word_counts_right_after_the_division_above(gazetteer: Gazetteer, text: str, code: str) -> None:
    assert codes(gazetteer, text) == [(code,)]


def test_names_inside_institutions_count_and_across_words_do_not(gazetteer: Gazetteer) -> None:
    assert codes(gazetteer, "武汉大学一实验室起火") == [("420100",)]
    assert codes(gazetteer, "郑州市场监管部门回应") == [("410100",)]


def test_a_district_behind_a_city_that_has_none_of_that_name_is_not_another_citys(gazetteer: Gazetteer) -> None:
    assert codes(gazetteer, "清河区停水") == [("211204",)]
    assert codes(gazetteer, "云州市清河区停水") == [("990100",)]


def test_other_countries_are_abroad(gazetteer: Gazetteer) -> None:
    assert codes(gazetteer, "美国加州山火蔓延") == [(ABROAD,)]
    assert codes(gazetteer, "以方便群众为先") == []


def test_the_fictional_city_is_there_only_when_asked_for(gazetteer: Gazetteer) -> None:
    text = "云州市江口区一化工厂爆炸"

    assert codes(gazetteer, text) == [("990102",)]
    assert codes(Gazetteer.load(), text) == []


def test_the_fictional_names_narrow_like_real_ones(gazetteer: Gazetteer) -> None:
    assert codes(gazetteer, "云州桐山停水") == [("990121",)]
    assert codes(gazetteer, "云州停水") == [("990100",)]
    assert codes(gazetteer, "云州江口停水") == [("990102",)]


def test_divisions_can_be_added() -> None:
    gazetteer = Gazetteer(extra=[("980100", "雾港市"), ("980101", "北滩区")])

    assert codes(gazetteer, "雾港北滩停电") == [("980101",)]


def test_a_cut_made_before_gives_the_same_places(gazetteer: Gazetteer) -> None:
    text = "湖南永州东安县和广西藤县同时停水"

    assert gazetteer.find(text, cut(text)) == gazetteer.find(text)


def test_twenty_thousand_titles_take_less_than_a_second(gazetteer: Gazetteer) -> None:
    titles = [
        f"{place}{matter}{n}"
        for n in range(1_000)
        for place in ("湖南永州", "云州", "武汉", "某地")
        for matter in ("停水", "大雾", "开演", "地震", "招聘")
    ]

    start = perf_counter()
    found = sum(bool(gazetteer.find(title)) for title in titles)
    spent = perf_counter() - start

    assert len(titles) == 20_000
    assert found == 15_000
    assert spent < 1
