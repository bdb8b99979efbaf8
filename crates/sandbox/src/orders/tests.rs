use super::*;

#[test]
fn a_line_and_json_order_the_same_fault() {
    let lines = [
        (
            "ecs:CreateService nth=3 code=ThrottlingException",
            json!({"calls": "ecs:CreateService", "nth": 3, "code": "ThrottlingException"}),
        ),
        (
            "writes first=2 code=failure",
            json!({"calls": "writes", "first": 2, "code": "failure"}),
        ),
        (
            "* share=0.1 seed=7 code=throttle",
            json!({"calls": "*", "share": 0.1, "seed": 7, "code": "throttle"}),
        ),
        (
            "elbv2 from=4 drop=connection",
            json!({"calls": "elbv2", "from": 4, "drop": "connection"}),
        ),
        (
            "reads firstOfEach=1 drop=answer",
            json!({"firstOfEach": 1, "drop": "answer", "calls": "reads"}),
        ),
    ];
    for (line, json) in lines {
        let fault = line.parse::<Fault>().unwrap();
        assert_eq!(Fault::try_from(&json), Ok(fault.clone()), "{line}");
        assert_eq!(Fault::try_from(&show_fault(&fault)), Ok(fault), "{line}");
    }
}

#[test]
fn a_code_of_ones_own_has_a_status_and_a_message() {
    let json = json!({"calls": "ecs:RunTask", "code": "ClientException", "status": 403, "message": "No."});
    let effect = Effect::Error {
        status: 403,
        code: "ClientException".to_owned(),
        message: "No.".to_owned(),
    };
    assert_eq!(Fault::try_from(&json).unwrap().effect, effect);
}

#[test]
fn what_a_fault_cannot_mean_is_refused_with_what_to_write() {
    let wrong = [
        ("ecs:CreateService", "say what goes wrong"),
        ("ecs:CreateService nth=1 first=1 code=failure", "only one of"),
        ("ecs:CreateService nth=x code=failure", "`nth` is a number"),
        ("ecs:CreateService share=10 code=failure", "from 0 to 1"),
        (
            "ecs:CreateService code=failure drop=answer",
            "say what goes wrong",
        ),
        ("ecs:CreateService code=failure when=now", "no `when`"),
        ("ecs:CreateService failure", "name=value"),
        ("s3:PutObject code=failure", "no service `s3`"),
    ];
    for (line, said) in wrong {
        let error = line.parse::<Fault>().unwrap_err();
        assert!(error.contains(said), "{line}: {error}");
    }
}

#[test]
fn times_stand_alone_or_behind_the_calls_that_they_are_for() {
    let all: Latency = "30ms".parse().unwrap();
    assert_eq!((all.calls, all.takes.as_millis()), (Pattern::any(), 30));
    let some: Stale = "ecs:reads=2s".parse().unwrap();
    assert_eq!(
        (some.calls.to_string().as_str(), some.by.as_secs()),
        ("ecs:reads", 2)
    );
    for wrong in ["", "30", "ecs=", "-1s"] {
        assert!(wrong.parse::<Latency>().is_err(), "{wrong}");
    }
}

#[test]
fn a_written_time_is_read_again() {
    for text in ["30ms", "10m", "1h 30m"] {
        let time = duration(text).unwrap();
        assert_eq!(duration(&written(time)), Ok(time), "{}", written(time));
    }
}

#[test]
fn limits_are_awss_or_ones_own() {
    assert_eq!("aws".parse(), Ok(Throttle::AsAws));
    let own = Throttle::Limit(Limit {
        calls: "ecs:CreateService".parse().unwrap(),
        rate: 0.5,
        burst: 3.0,
    });
    assert_eq!("ecs:CreateService rate=0.5 burst=3".parse(), Ok(own));
    for wrong in [
        "ecs:CreateService",
        "ecs rate=0",
        "ecs rate=1 burst=0.5",
        "ecs rate=inf",
    ] {
        assert!(wrong.parse::<Throttle>().is_err(), "{wrong}");
    }
}
